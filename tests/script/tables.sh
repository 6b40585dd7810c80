# Files and table rows agree.
exec sh "$CVXNN_SRCDIR/scripts/check-tables"
