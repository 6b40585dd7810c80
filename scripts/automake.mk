# Scripts: the two commands of the README and the checks of the tree.

dist_noinst_SCRIPTS += scripts/setup scripts/build scripts/run scripts/check \
  scripts/check-data scripts/fuzz-readers
EXTRA_DIST += scripts/check-layers scripts/check-tables .clang-format

# Timings, not part of `make check'; scripts/bench drives them.
dist_noinst_SCRIPTS += scripts/bench scripts/bench_peers.py \
  scripts/bench_products.py scripts/bench_torch.py
EXTRA_DIST += scripts/bench_mnist.cvx
noinst_HEADERS += scripts/bench.h scripts/bench_clock.h
EXTRA_PROGRAMS = scripts/bench_circular scripts/bench_load \
  scripts/bench_masked scripts/bench_price scripts/bench_run
scripts_bench_load_SOURCES = scripts/bench_load.c
scripts_bench_load_LDADD = libcore.la $(core_libs)
scripts_bench_masked_SOURCES = scripts/bench_masked.c
scripts_bench_masked_LDADD = libcore.la $(core_libs)
scripts_bench_circular_SOURCES = scripts/bench_circular.c
scripts_bench_circular_LDADD = libplot.la libcore.la $(core_libs)
scripts_bench_price_SOURCES = scripts/bench_price.c
scripts_bench_price_LDADD = libcore.la $(core_libs)
scripts_bench_run_SOURCES = scripts/bench_run.c scripts/bench_measure.c \
  scripts/bench_report.c
scripts_bench_run_LDADD = libplot.la libcore.la $(core_libs)
CLEANFILES += $(EXTRA_PROGRAMS)
bench: $(EXTRA_PROGRAMS)
.PHONY: bench
