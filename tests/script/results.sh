# results.sh -- tables for papers: table, compare, report.
#
# Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.

. "${CVXNN_SRCDIR:-.}/tests/script/lib.sh"

cat >before.cvx <<'END'
set quiet=yes verbose=quiet
generate points x=[-2,-1,0,1,2] y=[1,-1,1,1,-1]
bias augmented
formulation relu beta=0.1
END
cat >tables.cvx <<'END'
include before.cvx
solver newton
solve tol=1e-6
tag 'a_b & 50% |#{x}'
path n=3 ratio=0.1 tol=1e-8
table id,tag over=runs runs=[1] to=tag.tex
table id,tag runs=1 to=tag.csv
table id,tag runs=1 to=tag.md
table id,if(id>2,"many","few"),1e-7*id,-id over=path to=path.tex
table id,id*2 over=path to=path.csv
table id,id*2 over=path to=path.md
table id,id*2 over=path
expect E390 table id runs=9
expect E117 table nofield
expect E115 table id over=walks
drop run 2
drop run 3
drop run 4
expect E330 table id over=path
END
run tables.cvx
exits 0 "tables"
same tag.tex "TeX: what is special there is escaped (F11)" <<'END'
\begin{tabular}{rl}
\toprule
id & tag \\
\midrule
1 & a\_b \& 50\% |\#\{x\} \\
\bottomrule
\end{tabular}
END
same tag.csv "CSV" <<'END'
id,tag
1,a_b & 50% |#{x}
END
same tag.md "Markdown" <<'END'
| id | tag |
|---:|---|
| 1 | a_b & 50% \|#{x} |
END
same path.tex "the runs of the path, powers of ten" <<'END'
\begin{tabular}{rlrr}
\toprule
id & if(id>2,"many","few") & 1e-7*id & -id \\
\midrule
2 & few & $2 \times 10^{-7}$ & $-2$ \\
3 & many & $3 \times 10^{-7}$ & $-3$ \\
4 & many & $4 \times 10^{-7}$ & $-4$ \\
\bottomrule
\end{tabular}
END
tail -n 4 out >last
same last "as text" <<'END'
id  id*2
 2     4
 3     6
 4     8
END
cat >compare.cvx <<'END'
include before.cvx
compare admm,newton,interior tol=1e-5 to=c.tex
assert run.id == 3 and run.solver == "interior"
for k in 1:3
  assert runs[k].gap <= 1e-5 and runs[k].hist.iter[1] == 0
  near runs[k].obj 0.89144720 rel=1e-4
end
assert runs[1].hist.obj[1] == runs[2].hist.obj[1]
compare admm,newton warm=3 to=c.csv
assert runs[4].hist.gap[1] < 1e-3
near runs[4].hist.obj[1] runs[5].hist.obj[1] rel=1e-6
compare admm,newton maxiter=2 tol=0 to=c.md
assert runs[6].iter == 2 and runs[6].status == "stopped (maxiter)"
expect E394 compare admm,newtn
expect E362 compare newton,subspace
expect E390 compare newton warm=99
assert run.id == 7
plot compare runs=1,2,3 to=compare.csv
report to=r.tex
report to=r.json
report to=r.md
report to=r.txt
END
run compare.cvx
exits 0 "compare: the same start, the same end, all known before anything runs"
sed -n '1,4p' c.tex >head.tex
same head.tex "booktabs" <<'END'
\begin{tabular}{rllrrrrr}
\toprule
run & solver & status & objective & bound & gap & iterations & seconds \\
\midrule
END
check "one row each" test "$(grep -c solved c.tex)" -eq 3
check "CSV" test "$(head -n 1 c.csv)" = \
  run,solver,status,objective,bound,gap,iterations,seconds
check "Markdown" test "$(grep -c '^|' c.md)" -eq 4
has r.tex 'solver & newton \\' "report to=.tex"
has r.json '"solver": "newton"' "report to=.json"
has r.md '| solver | newton |' "report to=.md"
has r.txt 'solver           newton' "report to=.txt"
if command -v pdflatex >/dev/null && kpsewhich booktabs.sty >/dev/null; then
  { printf '%s\n' '\documentclass{article}\usepackage{booktabs}' \
      '\begin{document}'
    cat tag.tex path.tex c.tex r.tex
    printf '%s\n' '\end{document}'; } >all.tex
  pdflatex -interaction=batchmode all.tex >/dev/null
  check "TeX takes them all" test $? -eq 0
else
  skip "TeX takes them all" "no pdflatex with booktabs"
fi
plan
