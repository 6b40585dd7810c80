noinst_LTLIBRARIES += libformulation.la
layer_libs += libformulation.la
libformulation_la_SOURCES = \
  src/formulation/bound.c \
  src/formulation/certify.c \
  src/formulation/circular.c \
  src/formulation/describe.c \
  src/formulation/directions.c \
  src/formulation/estimate.c \
  src/formulation/formulation.c \
  src/formulation/gated.c \
  src/formulation/group_l1.c \
  src/formulation/linear.c \
  src/formulation/linear_cnn.c \
  src/formulation/loss.c \
  src/formulation/loss_free.c \
  src/formulation/penalty.c \
  src/formulation/positions.c \
  src/formulation/price.c \
  src/formulation/price_search.c \
  src/formulation/price_walk.c \
  src/formulation/relu.c \
  src/formulation/relu_cnn.c \
  src/formulation/scale.c \
  src/formulation/screen.c \
  src/formulation/signs.c \
  src/formulation/signs.h \
  src/formulation/sdp.c \
  src/formulation/softmax.c

noinst_HEADERS += src/formulation/gated.h src/formulation/group_l1.h \
  src/formulation/linear.h src/formulation/positions.h \
  src/formulation/price_private.h \
  src/formulation/private.h src/formulation/screen.h

formulationincludedir = $(includedir)/cvxnn/formulation
formulationinclude_HEADERS = src/formulation/bound.h \
  src/formulation/formulation.h \
  src/formulation/formulations.def src/formulation/loss.h \
  src/formulation/losses.def src/formulation/price.h \
  src/formulation/sdp.h
