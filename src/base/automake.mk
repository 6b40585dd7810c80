noinst_LTLIBRARIES += libbase.la
layer_libs += libbase.la
libbase_la_SOURCES = \
  src/base/alloc.c \
  src/base/container.c \
  src/base/error.c \
  src/base/input.c \
  src/base/npy.c \
  src/base/npz.c \
  src/base/output.c \
  src/base/rng.c \
  src/base/text.c

baseincludedir = $(includedir)/cvxnn/base
baseinclude_HEADERS = \
  src/base/alloc.h src/base/error.h src/base/errors.def src/base/npz.h \
  src/base/output.h src/base/progress.h src/base/rng.h src/base/status.def \
  src/base/stopwatch.h src/base/text.h

noinst_HEADERS += src/base/container.h src/base/input.h src/base/npy.h
