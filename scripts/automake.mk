# Scripts: the two commands of the README and the checks of the tree.

dist_noinst_SCRIPTS += scripts/setup scripts/build scripts/run scripts/check \
  scripts/check-data
EXTRA_DIST += scripts/check-layers scripts/check-tables .clang-format

# Timings, not part of `make check'.
EXTRA_PROGRAMS = scripts/bench_masked scripts/bench_patterns
scripts_bench_masked_SOURCES = scripts/bench_masked.c
scripts_bench_masked_LDADD = libcore.la $(core_libs)
scripts_bench_patterns_SOURCES = scripts/bench_patterns.c
scripts_bench_patterns_LDADD = libcore.la $(core_libs)
CLEANFILES += $(EXTRA_PROGRAMS)
bench: $(EXTRA_PROGRAMS)
	./scripts/bench_masked
	./scripts/bench_patterns
.PHONY: bench
