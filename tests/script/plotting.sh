# plotting.sh -- gnuplot under hard use, in a small size; `make check-plots'
# runs it in full.
#
# Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.

. "${CVXNN_SRCDIR:-.}/tests/script/lib.sh"

if python3 -c 'import xml.etree.ElementTree' 2>/dev/null; then
  if [ -n "${CVXNN_LONG:-}" ]; then
    python3 "$source_folder/tests/script/plotting.py" "$cvxnn" 10000 500 10000000
  else
    python3 "$source_folder/tests/script/plotting.py" "$cvxnn" 150 20 200000
  fi
else
  skip "gnuplot under hard use" "no python3"
  plan
fi
