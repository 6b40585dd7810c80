# gnuplot script of cvxnn
# command: plot function .
reset
set encoding utf8
set decimalsign "."
set terminal cairolatex pdf color size 3.25in,2.4in rounded linewidth 4
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
-2.2999999999999998 1.3500000000000001
-1 -0.80000000000000004
0.53735736121809996 1.1899999999999999
2.2999999999999998 -1.2
EOD
$p0s1 << EOD
-1 -0.80000000000000004
0.53735736121809996 1.1899999999999999
EOD
$p0s2 << EOD
-2 1
-1 -1
0 1
1 1
2 -1
EOD
set border 3 linewidth 0.55 linecolor rgb "#606060" back
set tics out nomirror scale 0.6,0.35 textcolor rgb "#000000"
set grid xtics ytics back linetype 1 linewidth 0.33 dashtype solid linecolor rgb "#E0E0E0"
set size noratio
set key tmargin left horizontal Left reverse samplen 1.4 width -0.1 nobox maxcols 3
set xrange [-2.53:2.53]
set xtics ("\044\055\062\044" -2 0, "\044\055\061\044" -1 0, "\044\060\044" 0 0, "\044\061\044" 1 0, "\044\062\044" 2 0)
set yrange [-1.353:1.5030000000000001]
set ytics ("\044\055\061.0\044" -1 0, "\044\055\060.5\044" -0.5 0, "\044\060.0\044" 0 0, "\044\060.5\044" 0.5 0, "\044\061.0\044" 1 0, "\044\061.5\044" 1.5 0)
set xlabel "x"
set ylabel "f\050x\051"
plot \
  $p0s0 using 1:2 with lines linewidth 1.21 linecolor rgb "#0072B2" dashtype solid title "network", \
  $p0s1 using 1:2 with points pointtype 13 pointsize 0.72 linewidth 0.55 linecolor rgb "#FFFFFF" notitle, \
  $p0s1 using 1:2 with points pointtype 12 pointsize 0.72 linewidth 0.825 linecolor rgb "#D55E00" title "kinks", \
  $p0s2 using 1:2 with points pointtype 7 pointsize 0.6 linewidth 0.55 linecolor rgb "#FFFFFF" notitle, \
  $p0s2 using 1:2 with points pointtype 7 pointsize 0.4 linewidth 0.55 linecolor rgb "#000000" title "data"
unset output
