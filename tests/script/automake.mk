# Script tests, one row each.
script_tests = \
  tests/script/address_space.sh \
  tests/script/commands.sh \
  tests/script/csdp.sh \
  tests/script/data_export.sh \
  tests/script/data_faults.sh \
  tests/script/debugger.sh \
  tests/script/disk.sh \
  tests/script/enumeration.sh \
  tests/script/exit_codes.sh \
  tests/script/export.sh \
  tests/script/files.sh \
  tests/script/language.sh \
  tests/script/import_helper.sh \
  tests/script/layers.sh \
  tests/script/load.sh \
  tests/script/malformed.sh \
  tests/script/manual.sh \
  tests/script/networks.sh \
  tests/script/numerics.sh \
  tests/script/output.sh \
  tests/script/outputs.sh \
  tests/script/paper.sh \
  tests/script/patterns.sh \
  tests/script/sampling.sh \
  tests/script/plot.sh \
  tests/script/plotting.sh \
  tests/script/prompt.sh \
  tests/script/results.sh \
  tests/script/samples.sh \
  tests/script/session.sh \
  tests/script/session_file.sh \
  tests/script/skipped.sh \
  tests/script/state.sh \
  tests/script/tables.sh \
  tests/script/tex.sh \
  tests/script/torch.sh \
  tests/script/values.sh \
  tests/script/words.sh \
  tests/script/workbench.sh
TESTS += $(script_tests)
EXTRA_DIST += $(script_tests) tests/script/failures.txt tests/script/lib.sh \
  tests/script/enumeration.py tests/script/plotting.py tests/script/prompt.py \
  tests/script/run_onnx.py tests/script/type.py
$(script_tests:.sh=.log): cvxnn$(EXEEXT)
tests/script/manual.log: scripts/manual$(EXEEXT)

# 10,000 hostile titles and names, 500 figures, 1e7 points: some minutes.
.PHONY: check-plots
check-plots: cvxnn$(EXEEXT)
	CVXNN_LONG=1 CVXNN_SRCDIR=$(abs_srcdir) CVXNN_BUILDDIR=$(abs_builddir) \
	  $(SHELL) $(srcdir)/tests/script/plotting.sh
