# torch.sh -- the same training by PyTorch: the same curve to 1e-3.
#
# Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.

. "${CVXNN_SRCDIR:-.}/tests/script/lib.sh"

python=
for p in "${PYTHON:-python3}" /usr/bin/python3; do
  if [ -z "$python" ] && "$p" -c 'import numpy, torch' 2>/dev/null; then
    python=$p
  fi
done
if [ -z "$python" ]; then
  skip "the same curves" "no python3 with torch and numpy"
else
  run -q -e 'generate planted n=120 d=8 noise=0.1 seed=2
export data to=data.npz'
  exits 0 "data to learn from"
  "$python" "$source_folder/scripts/bench_torch.py" --cvxnn="$cvxnn" \
    --epochs=20 --width=12 --beta=0.5 data.npz >out 2>err
  code=$?
  exits 0 "the same curves"
  has out "largest difference" "and their difference"
fi
plan
