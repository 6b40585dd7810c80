# fault tests, one row each

check_PROGRAMS += tests/fault/language.t
tests_fault_language_t_SOURCES = tests/fault/language.c
tests_fault_language_t_CPPFLAGS = $(test_cppflags)
tests_fault_language_t_LDADD = liblanguage.la $(test_ldadd)
TESTS += tests/fault/language.t
check_PROGRAMS += tests/fault/formulation.t
tests_fault_formulation_t_SOURCES = tests/fault/formulation.c
tests_fault_formulation_t_CPPFLAGS = $(test_cppflags)
tests_fault_formulation_t_LDADD = $(test_ldadd)
TESTS += tests/fault/formulation.t

check_PROGRAMS += tests/fault/solver.t
tests_fault_solver_t_SOURCES = tests/fault/solver.c
tests_fault_solver_t_CPPFLAGS = $(test_cppflags)
tests_fault_solver_t_LDADD = $(test_ldadd)
TESTS += tests/fault/solver.t
