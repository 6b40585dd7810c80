# files of examples/

EXTRA_DIST += examples/data/NOTICE examples/data/iris.csv \
  examples/data/yacht.txt
EXTRA_DIST += \
  examples/circular.cvx \
  examples/five-points.cvx \
  examples/iris.cvx \
  examples/mnist-pair.cvx \
  examples/relu-cnn.cvx \
  examples/ring.cvx \
  examples/sgd-against-optimum.cvx
EXTRA_DIST += \
  examples/paper/fig2.cvx \
  examples/paper/fig2-convex.cvx \
  examples/paper/fig3.cvx \
  examples/paper/fig4.cvx \
  examples/paper/fig5.cvx
