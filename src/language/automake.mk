noinst_LTLIBRARIES += liblanguage.la
app_libs += liblanguage.la
liblanguage_la_SOURCES =
