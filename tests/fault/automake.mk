# fault tests, one row each
