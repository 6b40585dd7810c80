# Fuzz targets, one per reader and one for the language.  The corpus is what
# tests/format holds and, in corpus/, what scripts/fuzz-readers found to take
# ways of its own, the short inputs of it.

noinst_HEADERS += tests/fuzz/replay.h

fuzz_sources = tests/fuzz/reader.c tests/fuzz/replay.c
fuzz_cppflags = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
fuzz_ldadd = libcore.la $(core_libs)

check_PROGRAMS += tests/fuzz/text.t
tests_fuzz_text_t_SOURCES = $(fuzz_sources)
tests_fuzz_text_t_CPPFLAGS = $(fuzz_cppflags) -DFUZZ_READER='"text"' \
  -DFUZZ_CORPUS='"format/text fuzz/corpus/text.tar.gz"'
tests_fuzz_text_t_LDADD = $(fuzz_ldadd)
TESTS += tests/fuzz/text.t

check_PROGRAMS += tests/fuzz/npy.t
tests_fuzz_npy_t_SOURCES = $(fuzz_sources)
tests_fuzz_npy_t_CPPFLAGS = $(fuzz_cppflags) -DFUZZ_READER='"npy"' \
  -DFUZZ_CORPUS='"format/npy fuzz/corpus/npy.tar.gz"'
tests_fuzz_npy_t_LDADD = $(fuzz_ldadd)
TESTS += tests/fuzz/npy.t

check_PROGRAMS += tests/fuzz/npz.t
tests_fuzz_npz_t_SOURCES = $(fuzz_sources)
tests_fuzz_npz_t_CPPFLAGS = $(fuzz_cppflags) -DFUZZ_READER='"npz"' \
  -DFUZZ_CORPUS='"format/npy fuzz/corpus/npz.tar.gz"'
tests_fuzz_npz_t_LDADD = $(fuzz_ldadd)
TESTS += tests/fuzz/npz.t

check_PROGRAMS += tests/fuzz/idx.t
tests_fuzz_idx_t_SOURCES = $(fuzz_sources)
tests_fuzz_idx_t_CPPFLAGS = $(fuzz_cppflags) -DFUZZ_READER='"idx"' \
  -DFUZZ_CORPUS='"format/idx fuzz/corpus/idx.tar.gz"'
tests_fuzz_idx_t_LDADD = $(fuzz_ldadd)
TESTS += tests/fuzz/idx.t

check_PROGRAMS += tests/fuzz/libsvm.t
tests_fuzz_libsvm_t_SOURCES = $(fuzz_sources)
tests_fuzz_libsvm_t_CPPFLAGS = $(fuzz_cppflags) -DFUZZ_READER='"libsvm"' \
  -DFUZZ_CORPUS='"format/libsvm fuzz/corpus/libsvm.tar.gz"'
tests_fuzz_libsvm_t_LDADD = $(fuzz_ldadd)
TESTS += tests/fuzz/libsvm.t

check_PROGRAMS += tests/fuzz/cifar.t
tests_fuzz_cifar_t_SOURCES = $(fuzz_sources)
tests_fuzz_cifar_t_CPPFLAGS = $(fuzz_cppflags) -DFUZZ_READER='"cifar"' \
  -DFUZZ_CORPUS='"format/cifar fuzz/corpus/cifar.tar.gz"'
tests_fuzz_cifar_t_LDADD = $(fuzz_ldadd)
TESTS += tests/fuzz/cifar.t

check_PROGRAMS += tests/fuzz/arff.t
tests_fuzz_arff_t_SOURCES = $(fuzz_sources)
tests_fuzz_arff_t_CPPFLAGS = $(fuzz_cppflags) -DFUZZ_READER='"arff"' \
  -DFUZZ_CORPUS='"format/arff fuzz/corpus/arff.tar.gz"'
tests_fuzz_arff_t_LDADD = $(fuzz_ldadd)
TESTS += tests/fuzz/arff.t

check_PROGRAMS += tests/fuzz/ts.t
tests_fuzz_ts_t_SOURCES = $(fuzz_sources)
tests_fuzz_ts_t_CPPFLAGS = $(fuzz_cppflags) -DFUZZ_READER='"ts"' \
  -DFUZZ_CORPUS='"format/ts fuzz/corpus/ts.tar.gz"'
tests_fuzz_ts_t_LDADD = $(fuzz_ldadd)
TESTS += tests/fuzz/ts.t

check_PROGRAMS += tests/fuzz/wav.t
tests_fuzz_wav_t_SOURCES = $(fuzz_sources)
tests_fuzz_wav_t_CPPFLAGS = $(fuzz_cppflags) -DFUZZ_READER='"wav"' \
  -DFUZZ_CORPUS='"format/wav fuzz/corpus/wav.tar.gz"'
tests_fuzz_wav_t_LDADD = $(fuzz_ldadd)
TESTS += tests/fuzz/wav.t

check_PROGRAMS += tests/fuzz/cifar100.t
tests_fuzz_cifar100_t_SOURCES = $(fuzz_sources)
tests_fuzz_cifar100_t_CPPFLAGS = $(fuzz_cppflags) -DFUZZ_READER='"cifar100"' \
  -DFUZZ_CORPUS='"format/cifar fuzz/corpus/cifar100.tar.gz"'
tests_fuzz_cifar100_t_LDADD = $(fuzz_ldadd)
TESTS += tests/fuzz/cifar100.t

check_PROGRAMS += tests/fuzz/raw.t
tests_fuzz_raw_t_SOURCES = $(fuzz_sources)
tests_fuzz_raw_t_CPPFLAGS = $(fuzz_cppflags) -DFUZZ_READER='"raw"' \
  -DFUZZ_CORPUS='"format/raw format/wav fuzz/corpus/raw.tar.gz"'
tests_fuzz_raw_t_LDADD = $(fuzz_ldadd)
TESTS += tests/fuzz/raw.t

# The libraries behind these three have faults of their own, which is why the
# program runs them in another process; what they do with a fixed set of
# mutations does not change.
check_PROGRAMS += tests/fuzz/mat.t
tests_fuzz_mat_t_SOURCES = $(fuzz_sources)
tests_fuzz_mat_t_CPPFLAGS = $(fuzz_cppflags) -DFUZZ_READER='"mat"' \
  -DFUZZ_CORPUS='"format/mat"'
tests_fuzz_mat_t_LDADD = $(fuzz_ldadd)
TESTS += tests/fuzz/mat.t

check_PROGRAMS += tests/fuzz/hdf5.t
tests_fuzz_hdf5_t_SOURCES = $(fuzz_sources)
tests_fuzz_hdf5_t_CPPFLAGS = $(fuzz_cppflags) -DFUZZ_READER='"hdf5"' \
  -DFUZZ_CORPUS='"format/hdf5"'
tests_fuzz_hdf5_t_LDADD = $(fuzz_ldadd)
TESTS += tests/fuzz/hdf5.t

check_PROGRAMS += tests/fuzz/png.t
tests_fuzz_png_t_SOURCES = $(fuzz_sources)
tests_fuzz_png_t_CPPFLAGS = $(fuzz_cppflags) -DFUZZ_READER='"png"' \
  -DFUZZ_FOLDER -DFUZZ_CORPUS='"format/png/gray/cat format/png/gray/dog \
format/png/colour/a format/png/colour/b format/png/cut/b"'
tests_fuzz_png_t_LDADD = $(fuzz_ldadd)
TESTS += tests/fuzz/png.t

check_PROGRAMS += tests/fuzz/language.t
tests_fuzz_language_t_SOURCES = tests/fuzz/fuzz_language.c tests/fuzz/replay.c
tests_fuzz_language_t_CPPFLAGS = $(fuzz_cppflags) -DFUZZ_READER='"language"' \
  -DFUZZ_CORPUS='"fuzz/corpus/language fuzz/corpus/language.tar.gz"'
tests_fuzz_language_t_LDADD = liblanguage.la $(fuzz_ldadd)
TESTS += tests/fuzz/language.t
EXTRA_DIST += tests/fuzz/corpus
