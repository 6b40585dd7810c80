# format tests, one row each
