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
