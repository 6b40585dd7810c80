# manual.sh -- the documentation says what the program is.
#
# Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.

build=${CVXNN_BUILDDIR:-$(pwd)}
. "${CVXNN_SRCDIR:-.}/tests/script/lib.sh"

# made FILE: where it was made, in this build or in the distribution.
made ()
{
  if [ -e "$build/$1" ]; then echo "$build/$1"; else echo "$source_folder/$1"; fi
}
reference=$(made doc/reference.texi)
completion=$(made doc/completion/cvxnn)

"$build/scripts/manual" texinfo >now.texi
check "the reference is that of the tables" cmp -s now.texi "$reference"
for what in commands functions errors; do
  run -e "help $what"
  sed -n 's/^  \([A-Za-z0-9.]*\).*/\1/p' out >names
  count=0 bad=0
  while read -r name; do
    count=$((count + 1))
    grep -qE "^@(anchor|item|deffn Command) ?\{?(command )?$name\b|\{$name\}" \
      "$reference" || { bad=1; echo "# $name is not in the manual"; }
  done <names
  check "every one of help $what is in the manual" \
    test "$bad" -eq 0 -a "$count" -ge 25
done
run -b -n "$source_folder/doc/tutorial.cvx"
exits 0 "the tutorial says what the program does"
for text in "$reference" "$(made doc/tutorial.texi)" "$(made doc/cvxnn.1)" \
  "$completion"; do
  if grep -qF -e "$build" -e "$source_folder" "$text"; then
    not_ok "$(basename "$text") names no folder of this machine"
  else
    ok "$(basename "$text") names no folder of this machine"
  fi
done
tr -d '\\' <"$(made doc/cvxnn.1)" >man
bad=0
for option in $("$cvxnn" --help | grep -oE -e '--[a-z-]+' | sort -u); do
  grep -qF -e "$option" man || { bad=1; echo "# $option"; }
done
check "the man page has every option" test "$bad" -eq 0
if command -v bash >/dev/null; then
  bash -c '. "$1"; COMP_WORDS=(cvxnn -e formul); COMP_CWORD=2; _cvxnn
    echo "${COMPREPLY[*]}"; COMP_WORDS=(cvxnn --thr); COMP_CWORD=1; _cvxnn
    echo "${COMPREPLY[*]}"' - "$completion" >got
  same got "completion in bash" <<'END'
formulation
--threads
END
else
  skip "completion in bash" "no bash"
fi
plan
