#!/bin/sh
# build.sh PROGRAM SOURCE OUT - the gallery: every script of SOURCE is run by
# PROGRAM in OUT, and index.html shows each figure with its script.
#
# Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.
set -eu
program=$1
source=$(cd "$2" && pwd)
mkdir -p "$3"
cd "$3"
escape ()
{
  sed 's/&/\&amp;/g; s/</\&lt;/g; s/>/\&gt;/g' "$1"
}
{
  cat <<'END'
<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>cvxnn: gallery of figures</title>
<style>
body { font: 16px/1.5 sans-serif; max-width: 60em; margin: 2em auto;
  padding: 0 1em; color: #222; background: #fff; }
section { display: flex; flex-wrap: wrap; gap: 1.5em; align-items: flex-start;
  border-top: 1px solid #ddd; padding: 1.2em 0; }
h1 { font-weight: 500; }
h2 { width: 100%; margin: 0; font-size: 1.1em; }
p { width: 100%; margin: 0; }
img { flex: 0 0 auto; max-width: 100%; }
pre { flex: 1 1 20em; margin: 0; padding: .8em; background: #f5f5f5;
  overflow-x: auto; font-size: .85em; }
</style></head><body>
<h1>Figures</h1>
<p>Every kind of figure with the script that makes it.</p>
END
  for script in "$source"/*.cvx; do
    name=$(basename "$script" .cvx)
    # A figure may need a formulation that this program was built without.
    if ! "$program" -c "$script" >/dev/null 2>&1; then
      echo "$name: left out, not known to this program" >&2
      continue
    fi
    "$program" --batch -q "$script" "$source" >&2
    test -s "$name.svg"
    words=$(sed -n '1s/^# //p' "$script" |
      sed 's/&/\&amp;/g; s/</\&lt;/g; s/>/\&gt;/g')
    printf '<section id="%s"><h2>%s</h2><p>%s</p>\n' "$name" "$name" "$words"
    printf '<img src="%s.svg" alt="%s" width="420">\n<pre>' "$name" "$words"
    sed 1d "$script" >script.tmp
    escape script.tmp
    printf '</pre></section>\n'
  done
  rm -f script.tmp
  echo '</body></html>'
} >index.tmp
mv index.tmp index.html
