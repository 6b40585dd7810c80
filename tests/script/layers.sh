# The rules of the source tree.
exec sh "$CVXNN_SRCDIR/scripts/check-layers"
