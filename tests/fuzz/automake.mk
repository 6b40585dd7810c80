# fuzz tests, one row each
