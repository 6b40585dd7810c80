noinst_LTLIBRARIES += libfigure.la
app_libs += libfigure.la
libfigure_la_SOURCES =
