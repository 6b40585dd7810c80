noinst_LTLIBRARIES += libarrangement.la
layer_libs += libarrangement.la
libarrangement_la_SOURCES =

arrangementincludedir = $(includedir)/cvxnn/arrangement
arrangementinclude_HEADERS = src/arrangement/patterns.h
