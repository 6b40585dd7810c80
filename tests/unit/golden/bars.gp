# gnuplot script of cvxnn
# command: plot bars .
reset
set encoding utf8
set decimalsign "."
set terminal pdfcairo color size 3.25in,2.4in enhanced font "Helvetica,9" fontscale 0.75 rounded linewidth 2
set output "out.file"
unset label
unset logscale
unset title
unset xlabel
unset ylabel
unset cblabel
unset xzeroaxis
set xtics
set ytics
$p0s0 << EOD
0 12 0.80000000000000004
1 17 0.80000000000000004
2 5 0.80000000000000004
EOD
set border 3 linewidth 0.55 linecolor rgb "#606060" back
set tics out nomirror scale 0.6,0.35 textcolor rgb "#000000"
set grid noxtics ytics back linetype 1 linewidth 0.33 dashtype solid linecolor rgb "#E0E0E0"
set xzeroaxis linetype 1 linewidth 0.55 dashtype solid linecolor rgb "#606060"
set size noratio
unset key
set xrange [-0.5:2.5]
set xtics ("cat" 0 0, "50\045\045" 1 0, "d\137o\173g\175" 2 0) noenhanced
set yrange [0:18.02]
set ytics ("0" 0 0, "5" 5 0, "10" 10 0, "15" 15 0)
set ylabel "count" noenhanced
plot \
  $p0s0 using 1:2:3 with boxes fillstyle solid 0.85 noborder linecolor rgb "#0072B2" notitle
unset output
