# Tests: TAP from Check programs and from shell scripts.

TEST_EXTENSIONS = .sh .t
AM_TESTS_ENVIRONMENT = LC_ALL=C; TZ=UTC; OMP_WAIT_POLICY=passive; \
  export LC_ALL TZ OMP_WAIT_POLICY; \
  CVXNN_SRCDIR='$(abs_top_srcdir)'; CVXNN_BUILDDIR='$(abs_top_builddir)'; \
  export CVXNN_SRCDIR CVXNN_BUILDDIR;
SH_LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) \
  $(top_srcdir)/build-aux/tap-driver.sh
SH_LOG_COMPILER = $(SHELL)
T_LOG_DRIVER = $(SH_LOG_DRIVER)

test_ldadd = libcore.la $(CHECK_LIBS) $(core_libs)
test_cppflags = $(AM_CPPFLAGS) $(CHECK_CFLAGS) -I$(top_srcdir)/tests

noinst_HEADERS += tests/datasets.h tests/descent.h tests/files.h \
  tests/formulations.h tests/planted.h tests/problems.h tests/runs.h \
  tests/support.h

if HAVE_CHECK
include tests/unit/automake.mk
include tests/law/automake.mk
include tests/reference/automake.mk

include tests/fault/automake.mk
endif
include tests/long/automake.mk
include tests/script/automake.mk
include tests/fuzz/automake.mk
include tests/format/automake.mk
