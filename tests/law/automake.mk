# law tests, one row each
