noinst_LTLIBRARIES += libcommand.la
app_libs += libcommand.la
libcommand_la_SOURCES =
