bin_PROGRAMS += cvxnn
cvxnn_SOURCES = \
  src/repl/bar.c \
  src/repl/complete.c \
  src/repl/journal.c \
  src/repl/limit.c \
  src/repl/main.c \
  src/repl/places.c \
  src/repl/prompt.c \
  src/repl/repl.h \
  src/repl/signals.c
cvxnn_LDADD = libcommand.la libfigure.la libplot.la liblanguage.la \
  libcore.la $(READLINE_LIBS)
