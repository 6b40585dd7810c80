noinst_LTLIBRARIES += liblanguage.la
app_libs += liblanguage.la
liblanguage_la_SOURCES = \
  src/language/args.c \
  src/language/builtin.c \
  src/language/call.c \
  src/language/complete.c \
  src/language/cursor.c \
  src/language/diagnose.c \
  src/language/eval.c \
  src/language/expr.c \
  src/language/function.c \
  src/language/functions.def \
  src/language/internal.h \
  src/language/interp.c \
  src/language/language.h \
  src/language/operand.c \
  src/language/parse.c \
  src/language/path.c \
  src/language/script.c \
  src/language/source.c \
  src/language/string.c \
  src/language/targets.c \
  src/language/value.c
