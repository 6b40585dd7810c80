# Unit tests: one program per module, five lines each.

check_PROGRAMS += tests/unit/text.t
tests_unit_text_t_SOURCES = tests/unit/text.c
tests_unit_text_t_CPPFLAGS = $(test_cppflags)
tests_unit_text_t_LDADD = $(test_ldadd)
TESTS += tests/unit/text.t

check_PROGRAMS += tests/unit/output.t
tests_unit_output_t_SOURCES = tests/unit/output.c
tests_unit_output_t_CPPFLAGS = $(test_cppflags)
tests_unit_output_t_LDADD = $(test_ldadd)
TESTS += tests/unit/output.t

check_PROGRAMS += tests/unit/npz.t
tests_unit_npz_t_SOURCES = tests/unit/npz.c
tests_unit_npz_t_CPPFLAGS = $(test_cppflags)
tests_unit_npz_t_LDADD = $(test_ldadd)
TESTS += tests/unit/npz.t
noinst_HEADERS += tests/unit/plot_samples.h
EXTRA_DIST += tests/unit/golden

check_PROGRAMS += tests/unit/plot_text.t
tests_unit_plot_text_t_SOURCES = tests/unit/plot_text.c
tests_unit_plot_text_t_CPPFLAGS = $(test_cppflags)
tests_unit_plot_text_t_LDADD = libplot.la $(test_ldadd)
TESTS += tests/unit/plot_text.t

check_PROGRAMS += tests/unit/plot_child.t
tests_unit_plot_child_t_SOURCES = tests/unit/plot_child.c
tests_unit_plot_child_t_CPPFLAGS = $(test_cppflags)
tests_unit_plot_child_t_LDADD = libplot.la $(test_ldadd)
TESTS += tests/unit/plot_child.t
noinst_HEADERS += tests/language_host.h

check_PROGRAMS += tests/unit/language_call.t
tests_unit_language_call_t_SOURCES = tests/unit/language_call.c
tests_unit_language_call_t_CPPFLAGS = $(test_cppflags)
tests_unit_language_call_t_LDADD = liblanguage.la $(test_ldadd)
TESTS += tests/unit/language_call.t

check_PROGRAMS += tests/unit/language_expr.t
tests_unit_language_expr_t_SOURCES = tests/unit/language_expr.c
tests_unit_language_expr_t_CPPFLAGS = $(test_cppflags)
tests_unit_language_expr_t_LDADD = liblanguage.la $(test_ldadd)
TESTS += tests/unit/language_expr.t
