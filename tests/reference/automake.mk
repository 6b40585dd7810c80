# reference tests, one row each

check_PROGRAMS += tests/reference/small.t
tests_reference_small_t_SOURCES = tests/reference/small.c
tests_reference_small_t_CPPFLAGS = $(test_cppflags)
tests_reference_small_t_LDADD = $(test_ldadd)
TESTS += tests/reference/small.t
