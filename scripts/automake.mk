# Scripts: the two commands of the README and the checks of the tree.

dist_noinst_SCRIPTS += scripts/setup scripts/build scripts/run scripts/check
EXTRA_DIST += scripts/check-layers scripts/check-tables .clang-format
