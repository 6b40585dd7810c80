# disk.sh -- figures to a disk that is full: in a small file system where this
# process may mount one, in every format.
#
# Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.

. "${CVXNN_SRCDIR:-.}/tests/script/lib.sh"

mkdir disk
if ! mount -t tmpfs -o size=32k,mode=0755 tmpfs disk 2>/dev/null; then
  skip "a full disk" "no right to mount one"
  plan
  exit
fi
trap 'cd /; umount "$work/disk"; cleanup' EXIT
formats="csv gp"
gnuplot --version >/dev/null 2>&1 &&
  formats="$formats pdf svg png eps txt tikz.tex cairolatex.tex epslatex.tex"
run -q -e 'generate gaussians n=300 d=2 seed=1; bias augmented
patterns sample n=9; formulation gated beta=0.1*betamax; solve tol=1e-2
save made.cvxs'
exits 0 "a problem to plot"
for format in $formats; do
  file=disk/figure.${format#*.}
  term=
  case $format in *.tex) term="term=${format%.tex}" ;; esac
  rm -f disk/*
  echo old >"$file"
  # All but a few hundred bytes are taken.
  dd if=/dev/zero of=disk/filling bs=1k count=64 2>/dev/null
  run -q -e 'open made.cvxs' -e "plot surface,objective to=$file $term"
  check "$format: exit status $code" test "$code" -ne 0
  check "$format: the old file stays" test "$(cat "$file")" = old
  check "$format: nothing else is there" \
    test "$(ls -A disk | tr '\n' ' ')" = "${file#disk/} filling " -o \
    "$(ls -A disk | tr '\n' ' ')" = "filling ${file#disk/} "
  check "$format: it is said" grep -qE 'E(609|620|606)' err
  rm disk/filling
  if [ "$format" = pdf ]; then
    run -q -e 'open made.cvxs' -e "plot objective to=$file"
    check "with room it is written" test "$code" -eq 0 -a \
      "$(cat "$file" 2>/dev/null | wc -c)" -gt 1000
  fi
done
plan
