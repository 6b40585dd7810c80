# The library is one convenience library per layer, gathered in libcore for
# the program and the tests, and in libcvxnn (exports cvx_ only) for users.

layer_libs =

core_libs = $(LAPACKE_LIBS) $(OPENBLAS_LIBS) $(FFTW_LIBS) $(ARCHIVE_LIBS) $(ZLIB_LIBS) \
  $(JANSSON_LIBS) $(XXHASH_LIBS) $(MATIO_LIBS) $(HDF5_LIBS) $(PNG_LIBS)

include src/base/automake.mk
include src/linalg/automake.mk
include src/data/automake.mk
include src/arrangement/automake.mk
include src/network/automake.mk
include src/formulation/automake.mk
include src/solver/automake.mk

noinst_LTLIBRARIES += libcore.la
libcore_la_SOURCES =
libcore_la_LIBADD = $(layer_libs) $(core_libs)

lib_LTLIBRARIES += libcvxnn.la
libcvxnn_la_SOURCES =
libcvxnn_la_LIBADD = $(layer_libs) $(core_libs)
libcvxnn_la_LDFLAGS = $(AM_LDFLAGS) -version-info 0:0:0 -no-undefined \
  -export-symbols-regex '^cvx_'

# What follows is the program: it may use the cvx_ functions only.
app_libs =
include src/plot/automake.mk
include src/figure/automake.mk
include src/language/automake.mk
include src/command/automake.mk
include src/repl/automake.mk
