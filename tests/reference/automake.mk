# reference tests, one row each

check_PROGRAMS += tests/reference/small.t
tests_reference_small_t_SOURCES = tests/reference/small.c
tests_reference_small_t_CPPFLAGS = $(test_cppflags)
tests_reference_small_t_LDADD = $(test_ldadd)
TESTS += tests/reference/small.t

check_PROGRAMS += tests/reference/optima.t
tests_reference_optima_t_SOURCES = tests/reference/optima.c
tests_reference_optima_t_CPPFLAGS = $(test_cppflags)
tests_reference_optima_t_LDADD = $(test_ldadd)
TESTS += tests/reference/optima.t

check_PROGRAMS += tests/reference/instances.t
tests_reference_instances_t_SOURCES = tests/reference/instances.c
tests_reference_instances_t_CPPFLAGS = $(test_cppflags)
tests_reference_instances_t_LDADD = $(test_ldadd)
TESTS += tests/reference/instances.t

check_PROGRAMS += tests/reference/conv.t
tests_reference_conv_t_SOURCES = tests/reference/conv.c
tests_reference_conv_t_CPPFLAGS = $(test_cppflags)
tests_reference_conv_t_LDADD = $(test_ldadd)
TESTS += tests/reference/conv.t
