noinst_LTLIBRARIES += libdata.la
layer_libs += libdata.la
libdata_la_SOURCES = \
  src/data/arrays.c \
  src/data/columns.c \
  src/data/dataset.c \
  src/data/describe.c \
  src/data/elements.c \
  src/data/foreign.c \
  src/data/generate.c \
  src/data/header.c \
  src/data/image.c \
  src/data/import.c \
  src/data/join.c \
  src/data/labels.c \
  src/data/lines.c \
  src/data/names.c \
  src/data/nominal.c \
  src/data/number.c \
  src/data/read.c \
  src/data/read_arff.c \
  src/data/read_cifar.c \
  src/data/read_hdf5.c \
  src/data/read_idx.c \
  src/data/read_libsvm.c \
  src/data/read_mat.c \
  src/data/read_npy.c \
  src/data/read_npz.c \
  src/data/read_png.c \
  src/data/read_raw.c \
  src/data/read_text.c \
  src/data/read_ts.c \
  src/data/read_wav.c \
  src/data/record.c \
  src/data/rows.c \
  src/data/save.c \
  src/data/scale.c \
  src/data/scan.c \
  src/data/sheets.c \
  src/data/sparse.c \
  src/data/transform.c

dataincludedir = $(includedir)/cvxnn/data
datainclude_HEADERS = src/data/dataset.h src/data/sheets.h
noinst_HEADERS += \
  src/data/arrays.h src/data/columns.h src/data/elements.h \
  src/data/generators.def \
  src/data/header.h src/data/import.h src/data/lines.h src/data/nominal.h \
  src/data/number.h src/data/parts.h src/data/readers.def src/data/readers.h \
  src/data/record.h src/data/rows.h src/data/scan.h
