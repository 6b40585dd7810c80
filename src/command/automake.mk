noinst_LTLIBRARIES += libcommand.la
app_libs += libcommand.la
libcommand_la_SOURCES = \
  src/command/cmd_certify.c \
  src/command/cmd_compare.c \
  src/command/cmd_debug.c \
  src/command/cmd_describe.c \
  src/command/cmd_export.c \
  src/command/cmd_formulation.c \
  src/command/cmd_generate.c \
  src/command/cmd_help.c \
  src/command/cmd_load.c \
  src/command/cmd_network.c \
  src/command/cmd_path.c \
  src/command/cmd_patches.c \
  src/command/cmd_patterns.c \
  src/command/cmd_plot.c \
  src/command/cmd_predict.c \
  src/command/cmd_report.c \
  src/command/cmd_runs.c \
  src/command/cmd_set.c \
  src/command/cmd_solve.c \
  src/command/cmd_solver.c \
  src/command/cmd_system.c \
  src/command/cmd_table.c \
  src/command/cmd_train.c \
  src/command/cmd_transform.c \
  src/command/command.h \
  src/command/commands.c \
  src/command/commands.def \
  src/command/events.c \
  src/command/fields.c \
  src/command/figures.c \
  src/command/grid.c \
  src/command/grid.h \
  src/command/plotter.h \
  src/command/network_code.c \
  src/command/network_file.c \
  src/command/network_io.h \
  src/command/network_read.c \
  src/command/importer.c \
  src/command/iteration_log.c \
  src/command/iteration_log.h \
  src/command/screen.c \
  src/command/session.c \
  src/command/session.h \
  src/command/session_file.c \
  src/command/settings.def
