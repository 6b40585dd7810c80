# files of examples/

EXTRA_DIST += examples/data/NOTICE examples/data/iris.csv \
  examples/data/yacht.txt
