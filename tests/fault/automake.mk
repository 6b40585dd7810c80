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

check_PROGRAMS += tests/fault/session.t
tests_fault_session_t_SOURCES = tests/fault/session.c
tests_fault_session_t_CPPFLAGS = $(test_cppflags)
tests_fault_session_t_LDADD = libcommand.la libfigure.la libplot.la \
  liblanguage.la $(test_ldadd)
TESTS += tests/fault/session.t
