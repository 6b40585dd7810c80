# lib.sh -- what the script tests share: the program, an empty folder, TAP.
#
# Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.

set -u
cvxnn=${CVXNN_BUILDDIR:-$(pwd)}/cvxnn
source_folder=${CVXNN_SRCDIR:-$(pwd)}
work=$(mktemp -d) || exit 99
cleanup ()
{
  cd /
  rm -rf "$work"
}
trap cleanup EXIT
HOME=$work XDG_STATE_HOME=$work/state XDG_CONFIG_HOME=$work/config
export HOME XDG_STATE_HOME XDG_CONFIG_HOME
cd "$work" || exit 99
n_tests=0

ok ()
{
  n_tests=$((n_tests + 1))
  echo "ok $n_tests - $1"
}
not_ok ()
{
  n_tests=$((n_tests + 1))
  echo "not ok $n_tests - $1"
}
skip ()
{
  n_tests=$((n_tests + 1))
  echo "ok $n_tests - $1 # SKIP $2"
}
# check WORDS COMMAND...: passes when the command succeeds.
check ()
{
  words=$1
  shift
  if "$@"; then ok "$words"; else not_ok "$words"; fi
}
# run ARGUMENTS...: the program; standard output in `out', standard error in
# `err', exit code in $code.
run ()
{
  "$cvxnn" "$@" >out 2>err </dev/null
  code=$?
}
# exits CODE WORDS: about the last run.
exits ()
{
  if [ "$code" -eq "$1" ]; then
    ok "$2"
  else
    not_ok "$2"
    echo "# exit code $code, not $1"
    sed 's/^/# /' out err
  fi
}
# has FILE TEXT WORDS: FILE of the last run has the line or part TEXT.
has ()
{
  if grep -qF -e "$2" "$1"; then
    ok "$3"
  else
    not_ok "$3"
    echo "# $1 has no: $2"
    sed 's/^/# /' "$1"
  fi
}
# same FILE WORDS: FILE is what standard input holds.
same ()
{
  cat >expected
  if cmp -s expected "$1"; then
    ok "$2"
  else
    not_ok "$2"
    diff expected "$1" | sed 's/^/# /'
  fi
}
plan ()
{
  echo "1..$n_tests"
}
