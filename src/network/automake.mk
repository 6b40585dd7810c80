noinst_LTLIBRARIES += libnetwork.la
layer_libs += libnetwork.la
libnetwork_la_SOURCES = \
  src/network/merge.c src/network/network.c src/network/private.h \
  src/network/prune.c src/network/scores.c \
  src/network/store.c

networkincludedir = $(includedir)/cvxnn/network
networkinclude_HEADERS = src/network/network.h
