# script tests, one row each
