# Files of the tests: tests/format/FOLDER, made by the make.py there.

EXTRA_DIST += tests/format/npy
