noinst_LTLIBRARIES += libformulation.la
layer_libs += libformulation.la
libformulation_la_SOURCES = src/formulation/price.c

formulationincludedir = $(includedir)/cvxnn/formulation
formulationinclude_HEADERS = src/formulation/formulation.h \
  src/formulation/loss.h src/formulation/price.h
