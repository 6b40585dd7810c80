# tex.sh -- figures as TeX: TikZ, cairolatex and epslatex compile, in the font
# of the document, with every special character of TeX in the words.
#
# Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.

. "${CVXNN_SRCDIR:-.}/tests/script/lib.sh"

if ! gnuplot --version >/dev/null 2>&1; then
  skip "figures as TeX" "no gnuplot"
  plan
  exit
fi
if ! pdflatex --version >/dev/null 2>&1; then
  skip "figures as TeX" "no pdflatex"
  plan
  exit
fi

cat >all.cvx <<'END'
set verbose=quiet
generate ring n=40 seed=1
bias augmented
patterns sample n=20 seed=1
formulation relu beta=0.05*betamax
solve tol=1e-3
tag "50% of $x_1$ & #1 ~^|<>\"' \\input\{pwned\} ä"
END
for term in tikz cairolatex epslatex; do
  sed "s/TERM/$term/g" >>all.cvx <<'END'
plot gap runs=1 log=x title="`q` 50% of $x_1$ & #1 ~^|<>\"' \\textbf\{b\} ä" to=TERM1.tex term=TERM
plot surface to=TERM2.tex term=TERM
plot patterns,gates to=TERM3.tex term=TERM
plot confusion size=8cm,6cm to=TERM4.tex term=TERM
plot compare runs=1 style=mono to=TERM5.tex term=TERM
END
done
run -q all.cvx
exits 0 "figures in three kinds of TeX"

# document KIND PACKAGES: one with the five figures, compiled by $compiler.
document ()
{
  {
    printf '%s\n' '\documentclass{article}'
    printf '%s\n' "$2"
    printf '%s\n' '\usepackage[utf8]{inputenc}\usepackage[T1]{fontenc}'
    printf '%s\n' '\begin{document}'
    for k in 1 2 3 4 5; do
      printf '%s\n' "\\noindent\\input{$1$k}\\par"
    done
    printf '%s\n' '\end{document}'
  } >$1.tex
  "$compiler" -interaction=nonstopmode -halt-on-error $1.tex >$1.out 2>&1
  status=$?
  check "$1 compiles" test $status -eq 0
  [ $status -eq 0 ] || grep -A3 '^!' $1.out | sed 's/^/# /'
}
compiler=pdflatex
if [ -n "$(kpsewhich gnuplot-lua-tikz.sty)" ]; then
  document tikz '\usepackage{gnuplot-lua-tikz}'
else
  skip "tikz compiles" "no gnuplot-lua-tikz.sty"
fi
document cairolatex '\usepackage{graphicx,xcolor}'
compiler=latex
document epslatex '\usepackage{graphicx,xcolor}'
check "nothing was read in" test ! -e pwned.aux
if pdftotext -v >/dev/null 2>&1; then
  for kind in tikz cairolatex; do
    [ -s $kind.pdf ] || continue
    pdftotext -raw $kind.pdf text
    has text '50% of $x' "$kind: words of the title as they are"
    has text 'iteration' "$kind: words of the axes"
    pdffonts $kind.pdf >fonts
    check "$kind: every font is embedded" test -z "$(awk 'NR > 2 &&
      $(NF - 4) != "yes" { print }' fonts)"
    check "$kind: in the font of the document" grep -qE 'SF|CM|LM' fonts
  done
fi

# Fonts of PDF and EPS come with the file.
run -q -e 'generate points x=[-2,-1,0,1,2] y=[1,-1,1,1,-1]; bias augmented
formulation relu beta=0.1; solve; plot function to=a.pdf; plot function to=a.eps'
exits 0 "PDF and EPS"
if pdffonts -v >/dev/null 2>&1; then
  pdffonts a.pdf >fonts
  check "a PDF embeds its fonts" test "$(awk 'NR > 2 && $(NF - 4) == "yes"' \
    fonts | wc -l)" -eq "$(awk 'NR > 2' fonts | wc -l)"
  check "and has some" test "$(wc -l <fonts)" -gt 2
fi
check "an EPS embeds its fonts" grep -q -e 'FontFile\|FontName\|/FontType' a.eps
plan
