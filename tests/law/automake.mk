# law tests, one row each

check_PROGRAMS += tests/law/cone.t
tests_law_cone_t_SOURCES = tests/law/cone.c
tests_law_cone_t_CPPFLAGS = $(test_cppflags)
tests_law_cone_t_LDADD = $(test_ldadd)
TESTS += tests/law/cone.t
