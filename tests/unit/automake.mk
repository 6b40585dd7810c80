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

check_PROGRAMS += tests/unit/language_flow.t
tests_unit_language_flow_t_SOURCES = tests/unit/language_flow.c
tests_unit_language_flow_t_CPPFLAGS = $(test_cppflags)
tests_unit_language_flow_t_LDADD = liblanguage.la $(test_ldadd)
TESTS += tests/unit/language_flow.t

check_PROGRAMS += tests/unit/language_complete.t
tests_unit_language_complete_t_SOURCES = tests/unit/language_complete.c
tests_unit_language_complete_t_CPPFLAGS = $(test_cppflags)
tests_unit_language_complete_t_LDADD = liblanguage.la $(test_ldadd)
TESTS += tests/unit/language_complete.t

check_PROGRAMS += tests/unit/dataset.t
tests_unit_dataset_t_SOURCES = tests/unit/dataset.c
tests_unit_dataset_t_CPPFLAGS = $(test_cppflags)
tests_unit_dataset_t_LDADD = $(test_ldadd)
TESTS += tests/unit/dataset.t

check_PROGRAMS += tests/unit/sparse.t
tests_unit_sparse_t_SOURCES = tests/unit/sparse.c
tests_unit_sparse_t_CPPFLAGS = $(test_cppflags)
tests_unit_sparse_t_LDADD = $(test_ldadd)
TESTS += tests/unit/sparse.t

check_PROGRAMS += tests/unit/patterns.t
tests_unit_patterns_t_SOURCES = tests/unit/patterns.c
tests_unit_patterns_t_CPPFLAGS = $(test_cppflags)
tests_unit_patterns_t_LDADD = $(test_ldadd)
TESTS += tests/unit/patterns.t

check_PROGRAMS += tests/unit/plot_write.t
tests_unit_plot_write_t_SOURCES = tests/unit/plot_write.c
tests_unit_plot_write_t_CPPFLAGS = $(test_cppflags)
tests_unit_plot_write_t_LDADD = libplot.la $(test_ldadd)
TESTS += tests/unit/plot_write.t

check_PROGRAMS += tests/unit/figure.t
tests_unit_figure_t_SOURCES = tests/unit/figure.c
tests_unit_figure_t_CPPFLAGS = $(test_cppflags)
tests_unit_figure_t_LDADD = libfigure.la libplot.la $(test_ldadd)
TESTS += tests/unit/figure.t

check_PROGRAMS += tests/unit/figure_kinds.t
tests_unit_figure_kinds_t_SOURCES = tests/unit/figure_kinds.c
tests_unit_figure_kinds_t_CPPFLAGS = $(test_cppflags)
tests_unit_figure_kinds_t_LDADD = libfigure.la libplot.la $(test_ldadd)
TESTS += tests/unit/figure_kinds.t

check_PROGRAMS += tests/unit/elements.t
tests_unit_elements_t_SOURCES = tests/unit/elements.c
tests_unit_elements_t_CPPFLAGS = $(test_cppflags)
tests_unit_elements_t_LDADD = $(test_ldadd)
TESTS += tests/unit/elements.t

check_PROGRAMS += tests/unit/number.t
tests_unit_number_t_SOURCES = tests/unit/number.c
tests_unit_number_t_CPPFLAGS = $(test_cppflags)
tests_unit_number_t_LDADD = $(test_ldadd)
TESTS += tests/unit/number.t

check_PROGRAMS += tests/unit/transform.t
tests_unit_transform_t_SOURCES = tests/unit/transform.c
tests_unit_transform_t_CPPFLAGS = $(test_cppflags)
tests_unit_transform_t_LDADD = $(test_ldadd)
TESTS += tests/unit/transform.t

check_PROGRAMS += tests/unit/memory.t
tests_unit_memory_t_SOURCES = tests/unit/memory.c
tests_unit_memory_t_CPPFLAGS = $(test_cppflags)
tests_unit_memory_t_LDADD = libcommand.la libfigure.la libplot.la \
  liblanguage.la $(test_ldadd)
TESTS += tests/unit/memory.t
