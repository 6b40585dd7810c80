noinst_HEADERS += tests/long/cuts.h

# Many random problems; a few hundred of them in `make check'.

check_PROGRAMS += tests/long/agree.t
tests_long_agree_t_SOURCES = tests/long/agree.c tests/long/cuts.c
tests_long_agree_t_CPPFLAGS = $(test_cppflags)
tests_long_agree_t_LDADD = libcore.la $(core_libs)
TESTS += tests/long/agree.t

# Fifty ReLU CNNs of every kind.
check_PROGRAMS += tests/long/relu_cnn.t
tests_long_relu_cnn_t_SOURCES = tests/law/relu_cnn.c
tests_long_relu_cnn_t_CPPFLAGS = $(test_cppflags) -DCOUNT=50
tests_long_relu_cnn_t_LDADD = $(test_ldadd)

# 20,000 problems, shared by two processes; and a session of 10,000 commands.
check-long: cvxnn$(EXEEXT) tests/long/agree.t tests/long/relu_cnn.t
	CK_FORK=no ./tests/long/relu_cnn.t
	@status=0; ./tests/long/agree.t 20000 0 2 & first=$$!; \
	./tests/long/agree.t 20000 1 2 || status=1; \
	wait $$first || status=1; exit $$status
	CVXNN_LONG=1 CVXNN_SRCDIR=$(abs_srcdir) CVXNN_BUILDDIR=$(abs_builddir) \
	  $(SHELL) $(srcdir)/tests/long/memory.sh
EXTRA_DIST += tests/long/memory.sh
.PHONY: check-long
