bin_PROGRAMS += cvxnn
cvxnn_SOURCES = \
  src/repl/main.c
cvxnn_LDADD = libcommand.la libfigure.la libplot.la liblanguage.la \
  libcore.la $(READLINE_LIBS)
