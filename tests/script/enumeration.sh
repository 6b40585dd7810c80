# enumeration.sh -- Ctrl-C while patterns are enumerated or counted leaves the
# session as it was.
#
# Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.

. "${CVXNN_SRCDIR:-.}/tests/script/lib.sh"

if ! python3 -c 'import pty' 2>/dev/null; then
  echo "1..0 # SKIP no python3 with pty"
  exit 0
fi
PYTHONDONTWRITEBYTECODE=1
export PYTHONDONTWRITEBYTECODE
python3 "$source_folder/tests/script/enumeration.py" "$cvxnn"
