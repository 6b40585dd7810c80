noinst_LTLIBRARIES += libarrangement.la
layer_libs += libarrangement.la
libarrangement_la_SOURCES = \
  src/arrangement/cell.c \
  src/arrangement/cells.c src/arrangement/cells.h \
  src/arrangement/exact.c \
  src/arrangement/facets.c \
  src/arrangement/index.h \
  src/arrangement/lines.c src/arrangement/lines.h \
  src/arrangement/patterns.c \
  src/arrangement/sample.c \
  src/arrangement/store.c

arrangementincludedir = $(includedir)/cvxnn/arrangement
arrangementinclude_HEADERS = src/arrangement/cell.h \
  src/arrangement/patterns.h
