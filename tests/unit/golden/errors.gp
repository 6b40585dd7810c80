# gnuplot script of cvxnn
# command: plot errors .
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
0.001 0.55000000000000004 0.52000000000000002 0.58000000000000007
0.0031622776601683794 0.30000000000000004 0.27000000000000002 0.33000000000000007
0.01 0.15000000000000002 0.12000000000000002 0.18000000000000002
0.031622776601683791 0.10000000000000001 0.070000000000000007 0.13
0.10000000000000001 0.15000000000000002 0.12000000000000002 0.18000000000000002
0.31622776601683794 0.30000000000000004 0.27000000000000002 0.33000000000000007
1 0.55000000000000004 0.52000000000000002 0.58000000000000007
EOD
$p0s1 << EOD
0.001 0.029999999999999999
0.0031622776601683794 0.029999999999999999
0.01 0.029999999999999999
0.031622776601683791 0.029999999999999999
0.10000000000000001 0.029999999999999999
0.31622776601683794 0.029999999999999999
1 0.029999999999999999
EOD
set border 3 linewidth 0.55 linecolor rgb "#606060" back
set tics out nomirror scale 0.6,0.35 textcolor rgb "#000000"
set grid xtics ytics back linetype 1 linewidth 0.33 dashtype solid linecolor rgb "#E0E0E0"
set size noratio
set key tmargin left horizontal Left reverse samplen 1.4 width -1.15 nobox maxcols 4
set logscale x 10
set xrange [0.000707945784384:1.4125375446227544]
set xtics ("" 0.0008 1, "" 0.0009 1, "10\136\173\342\210\222\063\175" 0.001 0, "" 0.002 1, "" 0.003 1, "" 0.004 1, "" 0.005 1, "" 0.006 1, "" 0.007 1, "" 0.008 1, "" 0.009 1, "10\136\173\342\210\222\062\175" 0.01 0, "" 0.02 1, "" 0.03 1, "" 0.04 1, "" 0.05 1, "" 0.06 1, "" 0.07 1, "" 0.08 1, "" 0.09 1, "10\136\173\342\210\222\061\175" 0.1 0, "" 0.2 1, "" 0.3 1, "" 0.4 1, "" 0.5 1, "" 0.6 1, "" 0.7 1, "" 0.8 1, "" 0.9 1, "10\136\173\060\175" 1 0)
set yrange [-0.0030000000000000027:0.6130000000000001]
set ytics ("0.0" 0 0, "0.1" 0.1 0, "0.2" 0.2 0, "0.3" 0.3 0, "0.4" 0.4 0, "0.5" 0.5 0, "0.6" 0.6 0)
set xlabel "beta \057 betamax" noenhanced
set ylabel "error" noenhanced
plot \
  $p0s0 using 1:2:3:4 with yerrorbars pointtype 5 pointsize 0.44 linewidth 0.66 linecolor rgb "#D55E00" pointinterval 1 title "test" noenhanced, \
  $p0s1 using 1:2 with steps linewidth 1.1 linecolor rgb "#0072B2" dashtype solid title "train" noenhanced
unset output
