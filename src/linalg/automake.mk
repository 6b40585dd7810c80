noinst_LTLIBRARIES += liblinalg.la
layer_libs += liblinalg.la
liblinalg_la_SOURCES = \
  src/linalg/cone.c src/linalg/conv.c src/linalg/csr.c src/linalg/dense.c \
  src/linalg/fourier.c src/linalg/mask_kernels.c \
  src/linalg/mask_kernels.h src/linalg/mask_tables.h src/linalg/masked.c \
  src/linalg/masked_lookup.c src/linalg/masked_lookup.h \
  src/linalg/masked_lookup_tasks.h src/linalg/masked_tasks.h \
  src/linalg/masked_sparse.c src/linalg/masked_sparse.h src/linalg/qr.c \
  src/linalg/qr.h src/linalg/sizes.h src/linalg/small.c src/linalg/small.h \
  src/linalg/sum.c \
  src/linalg/threads.c

linalgincludedir = $(includedir)/cvxnn/linalg
linalginclude_HEADERS = src/linalg/cone.h src/linalg/conv.h \
  src/linalg/csr.h src/linalg/dense.h \
  src/linalg/fourier.h src/linalg/masked.h \
  src/linalg/sum.h src/linalg/threads.h
