# prompt.sh -- the program at a terminal (I1, I2, I6, I10, L3), by a pseudo
# terminal of Python's.
#
# Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.

. "${CVXNN_SRCDIR:-.}/tests/script/lib.sh"

if ! python3 -c 'import pty' 2>/dev/null; then
  echo "1..0 # SKIP no python3 with pty"
  exit 0
fi
python3 "$source_folder/tests/script/prompt.py" "$cvxnn"
