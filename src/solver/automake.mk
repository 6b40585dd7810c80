noinst_LTLIBRARIES += libsolver.la
layer_libs += libsolver.la
libsolver_la_SOURCES = \
  src/solver/admm.c \
  src/solver/auglag.c \
  src/solver/augmented.c \
  src/solver/barrier.c \
  src/solver/blocks.c \
  src/solver/cd.c \
  src/solver/colgen.c \
  src/solver/descend.c \
  src/solver/entries.c \
  src/solver/fista.c \
  src/solver/grow.c \
  src/solver/interior.c \
  src/solver/interior_cells.c \
  src/solver/interior_finish.c \
  src/solver/kronecker.c \
  src/solver/lbfgs.c \
  src/solver/master.c \
  src/solver/master_step.c \
  src/solver/newton.c \
  src/solver/polish.c \
  src/solver/reduced.c \
  src/solver/reduced_newton.c \
  src/solver/refit.c \
  src/solver/run.c \
  src/solver/settings.c \
  src/solver/snapshot.c \
  src/solver/solver.c \
  src/solver/state.c \
  src/solver/store.c \
  src/solver/subspace.c \
  src/solver/train.c \
  src/solver/ustep.c \
  src/solver/working.c
noinst_HEADERS += src/solver/augmented.h src/solver/blocks.h \
  src/solver/colgen.h src/solver/descend.h src/solver/entries.h \
  src/solver/interior_private.h \
  src/solver/kronecker.h src/solver/master.h \
  src/solver/master_private.h src/solver/reduced.h \
  src/solver/reduced_private.h src/solver/state.h \
  src/solver/train.h src/solver/ustep.h

solverincludedir = $(includedir)/cvxnn/solver
solverinclude_HEADERS = src/solver/run.h src/solver/settings.def \
  src/solver/solvers.def src/solver/trainers.def
