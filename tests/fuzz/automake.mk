# fuzz tests, one row each

noinst_HEADERS += tests/fuzz/replay.h

check_PROGRAMS += tests/fuzz/fuzz_language.t
tests_fuzz_fuzz_language_t_SOURCES = tests/fuzz/fuzz_language.c
tests_fuzz_fuzz_language_t_CPPFLAGS = $(test_cppflags) \
  -DCORPUS='"tests/fuzz/corpus/language"'
tests_fuzz_fuzz_language_t_LDADD = liblanguage.la $(test_ldadd)
TESTS += tests/fuzz/fuzz_language.t
EXTRA_DIST += $(top_srcdir)/tests/fuzz/corpus/language
