noinst_LTLIBRARIES += libnetwork.la
layer_libs += libnetwork.la
libnetwork_la_SOURCES =

networkincludedir = $(includedir)/cvxnn/network
networkinclude_HEADERS = src/network/network.h
