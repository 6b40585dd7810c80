noinst_LTLIBRARIES += libfigure.la
app_libs += libfigure.la
libfigure_la_SOURCES = \
  src/figure/figure_kinds.h src/figure/figures.def \
  src/figure/function.c \
  src/figure/gap.c \
  src/figure/objective.c \
  src/figure/shared.c src/figure/shared.h \
  src/figure/surface.c
