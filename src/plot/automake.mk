noinst_LTLIBRARIES += libplot.la
app_libs += libplot.la
libplot_la_SOURCES = \
  src/plot/axis.c \
  src/plot/child.c \
  src/plot/csv.c \
  src/plot/figure.c src/plot/figure.h \
  src/plot/format.c \
  src/plot/gnuplot_text.c \
  src/plot/internal.h \
  src/plot/plot.h \
  src/plot/reduce.c \
  src/plot/screen.c \
  src/plot/series.c \
  src/plot/style.c \
  src/plot/terminal.c \
  src/plot/words.c \
  src/plot/write.c
