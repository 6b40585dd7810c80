noinst_LTLIBRARIES += libsolver.la
layer_libs += libsolver.la
libsolver_la_SOURCES =

solverincludedir = $(includedir)/cvxnn/solver
solverinclude_HEADERS = src/solver/run.h src/solver/settings.def
