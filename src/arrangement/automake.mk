noinst_LTLIBRARIES += libarrangement.la
layer_libs += libarrangement.la
libarrangement_la_SOURCES = \
  src/arrangement/cell.c \
  src/arrangement/cells.c src/arrangement/cells.h \
  src/arrangement/combos.c src/arrangement/combos.h \
  src/arrangement/dependent.c \
  src/arrangement/draw.c src/arrangement/draw.h \
  src/arrangement/exact.c \
  src/arrangement/facets.c \
  src/arrangement/gate.c \
  src/arrangement/index.h \
  src/arrangement/lines.c src/arrangement/lines.h \
  src/arrangement/modular.c src/arrangement/modular.h \
  src/arrangement/patterns.c \
  src/arrangement/restrict.c \
  src/arrangement/sample.c \
  src/arrangement/store.c \
  src/arrangement/sweep.c src/arrangement/sweep.h \
  src/arrangement/worker.c

arrangementincludedir = $(includedir)/cvxnn/arrangement
arrangementinclude_HEADERS = src/arrangement/cell.h \
  src/arrangement/patterns.h
