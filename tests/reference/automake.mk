# reference tests, one row each
