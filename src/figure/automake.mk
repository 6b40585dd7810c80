noinst_LTLIBRARIES += libfigure.la
app_libs += libfigure.la
libfigure_la_SOURCES = \
  src/figure/figure_kinds.h src/figure/figures.def \
  src/figure/certificate.c \
  src/figure/compare.c \
  src/figure/confusion.c \
  src/figure/data.c \
  src/figure/error.c \
  src/figure/filter.c \
  src/figure/function.c \
  src/figure/gap.c \
  src/figure/gates.c \
  src/figure/neurons.c \
  src/figure/objective.c \
  src/figure/path.c \
  src/figure/patterns.c \
  src/figure/predict.c \
  src/figure/residual.c \
  src/figure/scaling.c \
  src/figure/shared.c src/figure/shared.h \
  src/figure/shared_data.c \
  src/figure/shared_runs.c \
  src/figure/skipped.c \
  src/figure/spectrum.c \
  src/figure/support.c \
  src/figure/surface.c \
  src/figure/weights.c
