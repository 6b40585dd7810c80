# gnuplot script of cvxnn
# command: plot function .
reset
set encoding utf8
set decimalsign "."
set terminal dumb size 60,20 nofeed noenhanced mono
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
unset grid
set size noratio
set key tmargin left horizontal Left reverse samplen 1.4 width 1 nobox maxcols 4
set xrange [-2.53:2.53]
set xtics ("\055\062" -2 0, "\055\061" -1 0, "0" 0 0, "1" 1 0, "2" 2 0)
set yrange [-1.353:1.5030000000000001]
set ytics ("\055\061.0" -1 0, "\055\060.5" -0.5 0, "0.0" 0 0, "0.5" 0.5 0, "1.0" 1 0, "1.5" 1.5 0)
set title "f\050x\051"
set xlabel "x"
plot \
  $p0s0 using 1:2 with lines title "network", \
  $p0s1 using 1:2 with points title "kinks", \
  $p0s2 using 1:2 with points title "data"
unset output
