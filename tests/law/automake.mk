# law tests, one row each

check_PROGRAMS += tests/law/patterns.t
tests_law_patterns_t_SOURCES = tests/law/patterns.c
tests_law_patterns_t_CPPFLAGS = $(test_cppflags)
tests_law_patterns_t_LDADD = $(test_ldadd)
TESTS += tests/law/patterns.t
