noinst_LTLIBRARIES += liblinalg.la
layer_libs += liblinalg.la
liblinalg_la_SOURCES = \
  src/linalg/cone.c

linalgincludedir = $(includedir)/cvxnn/linalg
linalginclude_HEADERS = src/linalg/cone.h src/linalg/masked.h
