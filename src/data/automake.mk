noinst_LTLIBRARIES += libdata.la
layer_libs += libdata.la
libdata_la_SOURCES =

dataincludedir = $(includedir)/cvxnn/data
datainclude_HEADERS = src/data/dataset.h
