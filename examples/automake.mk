# files of examples/

EXTRA_DIST += examples/data/NOTICE examples/data/iris.csv \
  examples/data/yacht.txt
EXTRA_DIST += \
  examples/circular.cvx \
  examples/five-points.cvx \
  examples/iris.cvx \
  examples/mnist-pair.cvx \
  examples/ring.cvx
