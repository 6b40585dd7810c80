# gnuplot script of cvxnn
# command: plot stems .
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
1 3
2 -1.5
3 1
4 0.75
5 -0.59999999999999998
6 0.5
7 0.42857142857142855
8 -0.375
EOD
set label "first \074 0" at first 2,-1.5 left front noenhanced offset character 0.7,0 textcolor rgb "#000000"
set border 3 linewidth 0.55 linecolor rgb "#606060" back
set tics out nomirror scale 0.6,0.35 textcolor rgb "#000000"
set grid xtics ytics back linetype 1 linewidth 0.33 dashtype solid linecolor rgb "#E0E0E0"
set xzeroaxis linetype 1 linewidth 0.55 dashtype solid linecolor rgb "#606060"
set size noratio
set key tmargin left horizontal Left reverse samplen 1.4 width 0.3 nobox maxcols 4
set xrange [0.64999999999999991:8.35]
set xtics ("2" 2 0, "4" 4 0, "6" 6 0, "8" 8 0)
set yrange [-1.77:3.27]
set ytics ("\342\210\222\061" -1 0, "0" 0 0, "1" 1 0, "2" 2 0, "3" 3 0)
set xlabel "neuron" noenhanced
set ylabel "norm" noenhanced
plot \
  $p0s0 using 1:2 with impulses linewidth 0.66 linecolor rgb "#D55E00" dashtype solid notitle, \
  $p0s0 using 1:2 with points pointtype 7 pointsize 0.68 linewidth 0.55 linecolor rgb "#FFFFFF" notitle, \
  $p0s0 using 1:2 with points pointtype 7 pointsize 0.48 linewidth 0.55 linecolor rgb "#D55E00" title "norm" noenhanced
unset output
