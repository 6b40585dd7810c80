# Script tests, one row each.
script_tests = \
  tests/script/layers.sh \
  tests/script/tables.sh
TESTS += $(script_tests)
EXTRA_DIST += $(script_tests)
