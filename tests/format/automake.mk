# Every format and every kind of damage.  The files of tests/format/FOLDER were
# made by the make.py there.

EXTRA_DIST += tests/format/malformed tests/format/malformed.tsv \
  tests/format/real tests/format/values.py tests/format/values.tsv \
  tests/format/arff tests/format/container tests/format/hdf5 \
  tests/format/helper tests/format/mat tests/format/png tests/format/raw tests/format/ts \
  tests/format/wav tests/format/cifar tests/format/idx tests/format/libsvm \
  tests/format/npy tests/format/text

noinst_HEADERS += tests/format/rows.h

if HAVE_CHECK
check_PROGRAMS += tests/format/formats.t
tests_format_formats_t_SOURCES = tests/format/formats.c
tests_format_formats_t_CPPFLAGS = $(test_cppflags)
tests_format_formats_t_LDADD = $(test_ldadd)
TESTS += tests/format/formats.t
endif
