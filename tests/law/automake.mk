# law tests, one row each

check_PROGRAMS += tests/law/patterns.t
tests_law_patterns_t_SOURCES = tests/law/patterns.c
tests_law_patterns_t_CPPFLAGS = $(test_cppflags)
tests_law_patterns_t_LDADD = $(test_ldadd)
TESTS += tests/law/patterns.t

check_PROGRAMS += tests/law/cone.t
tests_law_cone_t_SOURCES = tests/law/cone.c
tests_law_cone_t_CPPFLAGS = $(test_cppflags)
tests_law_cone_t_LDADD = $(test_ldadd)
TESTS += tests/law/cone.t

check_PROGRAMS += tests/law/loss.t
tests_law_loss_t_SOURCES = tests/law/loss.c
tests_law_loss_t_CPPFLAGS = $(test_cppflags)
tests_law_loss_t_LDADD = $(test_ldadd)
TESTS += tests/law/loss.t

check_PROGRAMS += tests/law/masked.t
tests_law_masked_t_SOURCES = tests/law/masked.c
tests_law_masked_t_CPPFLAGS = $(test_cppflags)
tests_law_masked_t_LDADD = $(test_ldadd)
TESTS += tests/law/masked.t

check_PROGRAMS += tests/law/masked_sparse.t
tests_law_masked_sparse_t_SOURCES = tests/law/masked_sparse.c
tests_law_masked_sparse_t_CPPFLAGS = $(test_cppflags)
tests_law_masked_sparse_t_LDADD = $(test_ldadd)
TESTS += tests/law/masked_sparse.t

check_PROGRAMS += tests/law/network.t
tests_law_network_t_SOURCES = tests/law/network.c
tests_law_network_t_CPPFLAGS = $(test_cppflags)
tests_law_network_t_LDADD = $(test_ldadd)
TESTS += tests/law/network.t

check_PROGRAMS += tests/law/dense.t
tests_law_dense_t_SOURCES = tests/law/dense.c
tests_law_dense_t_CPPFLAGS = $(test_cppflags)
tests_law_dense_t_LDADD = $(test_ldadd)
TESTS += tests/law/dense.t

check_PROGRAMS += tests/law/certificate.t
tests_law_certificate_t_SOURCES = tests/law/certificate.c
tests_law_certificate_t_CPPFLAGS = $(test_cppflags)
tests_law_certificate_t_LDADD = $(test_ldadd)
TESTS += tests/law/certificate.t

check_PROGRAMS += tests/law/formulation.t
tests_law_formulation_t_SOURCES = tests/law/formulation.c
tests_law_formulation_t_CPPFLAGS = $(test_cppflags)
tests_law_formulation_t_LDADD = $(test_ldadd)
TESTS += tests/law/formulation.t

check_PROGRAMS += tests/law/conv.t
tests_law_conv_t_SOURCES = tests/law/conv.c
tests_law_conv_t_CPPFLAGS = $(test_cppflags)
tests_law_conv_t_LDADD = $(test_ldadd)
TESTS += tests/law/conv.t

check_PROGRAMS += tests/law/solver.t
tests_law_solver_t_SOURCES = tests/law/solver.c
tests_law_solver_t_CPPFLAGS = $(test_cppflags)
tests_law_solver_t_LDADD = $(test_ldadd)
TESTS += tests/law/solver.t

check_PROGRAMS += tests/law/bound.t
tests_law_bound_t_SOURCES = tests/law/bound.c
tests_law_bound_t_CPPFLAGS = $(test_cppflags)
tests_law_bound_t_LDADD = $(test_ldadd)
TESTS += tests/law/bound.t

check_PROGRAMS += tests/law/train.t
tests_law_train_t_SOURCES = tests/law/train.c
tests_law_train_t_CPPFLAGS = $(test_cppflags)
tests_law_train_t_LDADD = $(test_ldadd)
TESTS += tests/law/train.t

check_PROGRAMS += tests/law/price.t
tests_law_price_t_SOURCES = tests/law/price.c
tests_law_price_t_CPPFLAGS = $(test_cppflags)
tests_law_price_t_LDADD = $(test_ldadd)
TESTS += tests/law/price.t

check_PROGRAMS += tests/law/sampling.t
tests_law_sampling_t_SOURCES = tests/law/sampling.c
tests_law_sampling_t_CPPFLAGS = $(test_cppflags)
tests_law_sampling_t_LDADD = $(test_ldadd)
TESTS += tests/law/sampling.t

check_PROGRAMS += tests/law/free_bias.t
tests_law_free_bias_t_SOURCES = tests/law/free_bias.c
tests_law_free_bias_t_CPPFLAGS = $(test_cppflags)
tests_law_free_bias_t_LDADD = $(test_ldadd)
TESTS += tests/law/free_bias.t

check_PROGRAMS += tests/law/outputs.t
tests_law_outputs_t_SOURCES = tests/law/outputs.c
tests_law_outputs_t_CPPFLAGS = $(test_cppflags)
tests_law_outputs_t_LDADD = $(test_ldadd)
TESTS += tests/law/outputs.t

check_PROGRAMS += tests/law/penalty.t
tests_law_penalty_t_SOURCES = tests/law/penalty.c
tests_law_penalty_t_CPPFLAGS = $(test_cppflags)
tests_law_penalty_t_LDADD = $(test_ldadd)
TESTS += tests/law/penalty.t

check_PROGRAMS += tests/law/working.t
tests_law_working_t_SOURCES = tests/law/working.c
tests_law_working_t_CPPFLAGS = $(test_cppflags)
tests_law_working_t_LDADD = $(test_ldadd)
TESTS += tests/law/working.t

check_PROGRAMS += tests/law/relu_cnn.t
tests_law_relu_cnn_t_SOURCES = tests/law/relu_cnn.c
tests_law_relu_cnn_t_CPPFLAGS = $(test_cppflags)
tests_law_relu_cnn_t_LDADD = $(test_ldadd)
TESTS += tests/law/relu_cnn.t

check_PROGRAMS += tests/law/ustep.t
tests_law_ustep_t_SOURCES = tests/law/ustep.c
tests_law_ustep_t_CPPFLAGS = $(test_cppflags)
tests_law_ustep_t_LDADD = $(test_ldadd)
TESTS += tests/law/ustep.t

check_PROGRAMS += tests/law/screening.t
tests_law_screening_t_SOURCES = tests/law/screening.c
tests_law_screening_t_CPPFLAGS = $(test_cppflags)
tests_law_screening_t_LDADD = $(test_ldadd)
TESTS += tests/law/screening.t

check_PROGRAMS += tests/law/warm.t
tests_law_warm_t_SOURCES = tests/law/warm.c
tests_law_warm_t_CPPFLAGS = $(test_cppflags)
tests_law_warm_t_LDADD = $(test_ldadd)
TESTS += tests/law/warm.t

check_PROGRAMS += tests/law/auglag.t
tests_law_auglag_t_SOURCES = tests/law/auglag.c
tests_law_auglag_t_CPPFLAGS = $(test_cppflags)
tests_law_auglag_t_LDADD = $(test_ldadd)
TESTS += tests/law/auglag.t

check_PROGRAMS += tests/law/screen.t
tests_law_screen_t_SOURCES = tests/law/screen.c
tests_law_screen_t_CPPFLAGS = $(test_cppflags)
tests_law_screen_t_LDADD = $(test_ldadd)
TESTS += tests/law/screen.t

check_PROGRAMS += tests/law/solver_memory.t
tests_law_solver_memory_t_SOURCES = tests/law/solver_memory.c
tests_law_solver_memory_t_CPPFLAGS = $(test_cppflags)
tests_law_solver_memory_t_LDADD = $(test_ldadd)
TESTS += tests/law/solver_memory.t

check_PROGRAMS += tests/law/barrier.t
tests_law_barrier_t_SOURCES = tests/law/barrier.c
tests_law_barrier_t_CPPFLAGS = $(test_cppflags)
tests_law_barrier_t_LDADD = $(test_ldadd)
TESTS += tests/law/barrier.t

check_PROGRAMS += tests/law/threads.t
tests_law_threads_t_SOURCES = tests/law/threads.c
tests_law_threads_t_CPPFLAGS = $(test_cppflags)
tests_law_threads_t_LDADD = $(test_ldadd)
TESTS += tests/law/threads.t
