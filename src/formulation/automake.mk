noinst_LTLIBRARIES += libformulation.la
layer_libs += libformulation.la
libformulation_la_SOURCES = \
  src/formulation/loss.c \
  src/formulation/price.c \
  src/formulation/scale.c

formulationincludedir = $(includedir)/cvxnn/formulation
formulationinclude_HEADERS = src/formulation/formulation.h \
  src/formulation/loss.h src/formulation/losses.def \
  src/formulation/price.h
