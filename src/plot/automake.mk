noinst_LTLIBRARIES += libplot.la
app_libs += libplot.la
libplot_la_SOURCES = \
  src/plot/figure.c src/plot/figure.h
