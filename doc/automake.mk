# The manual, the man page, the completion for bash.
#
# What the tables and the program itself know is generated: reference.texi,
# cvxnn.bash, tutorial.texi (the session of tutorial.cvx, woven into
# tutorial.in) and cvxnn.1.  A distribution holds them ready made; the programs
# that write them are order-only, so that they are made again only when a
# table or a text has changed.

info_TEXINFOS += doc/cvxnn.texi
doc_cvxnn_TEXINFOS = doc/prompt.texi doc/theory.texi doc/formats.texi doc/tutorial.texi \
  doc/reference.texi
dist_man_MANS += doc/cvxnn.1
dist_doc_DATA += doc/design.md CONTRIBUTING.md
bashcompletiondir = $(datadir)/bash-completion/completions
dist_bashcompletion_DATA = doc/completion/cvxnn
EXTRA_DIST += doc/tutorial.in doc/tutorial.cvx doc/weave.awk doc/cvxnn.h2m
doc_generated = doc/tutorial.texi doc/reference.texi doc/cvxnn.1 \
  doc/completion/cvxnn
MAINTAINERCLEANFILES = $(doc_generated)

EXTRA_PROGRAMS += scripts/manual
scripts_manual_SOURCES = scripts/manual.c
scripts_manual_LDADD = $(cvxnn_LDADD)
CLEANFILES += scripts/manual$(EXEEXT)

# Everything that has a row of a table.
doc_tables = $(libcommand_la_SOURCES) $(liblanguage_la_SOURCES) \
  src/base/errors.def src/base/status.def src/data/generators.def \
  src/data/readers.def src/figure/figures.def \
  src/formulation/formulations.def src/formulation/gated.c \
  src/formulation/losses.def src/formulation/loss.c \
  src/formulation/relu.c src/solver/settings.def src/solver/solvers.def

# $(call doc_write,COMMAND): the target from COMMAND's output, whole or not.
doc_write = $(AM_V_GEN)$(MKDIR_P) $(@D) && LC_ALL=C $(1) >$@.new \
  && mv -f $@.new $@

doc/reference.texi: $(doc_tables) scripts/manual.c | scripts/manual$(EXEEXT)
	$(call doc_write,./scripts/manual$(EXEEXT) texinfo)

doc/completion/cvxnn: $(doc_tables) scripts/manual.c src/repl/main.c \
  | scripts/manual$(EXEEXT) cvxnn$(EXEEXT)
	$(call doc_write,./scripts/manual$(EXEEXT) bash \
	  `./cvxnn$(EXEEXT) --help | grep -o -e '--[a-z-]*' | sort -u`)

doc/tutorial.texi: doc/tutorial.in doc/tutorial.cvx doc/weave.awk \
  | cvxnn$(EXEEXT)
	$(AM_V_at)$(MKDIR_P) $(@D)
	$(AM_V_GEN)LC_ALL=C ./cvxnn$(EXEEXT) -b -n -x -t 1 --no-plot \
	  $(srcdir)/doc/tutorial.cvx >$@.session
	$(AM_V_at)$(AWK) -f $(srcdir)/doc/weave.awk $@.session \
	  $(srcdir)/doc/tutorial.in >$@.new
	$(AM_V_at)rm -f $@.session && mv -f $@.new $@

# In the language of the program, whatever that of the person who builds.
doc/cvxnn.1: doc/cvxnn.h2m src/repl/main.c configure.ac | cvxnn$(EXEEXT)
	$(AM_V_at)$(MKDIR_P) $(@D)
	$(AM_V_GEN)ASAN_OPTIONS=detect_leaks=0 LC_ALL=C \
	  $(top_srcdir)/build-aux/missing help2man --no-info \
	  --include=$(srcdir)/doc/cvxnn.h2m --output=$@.new \
	  ./cvxnn$(EXEEXT)
	$(AM_V_at)mv -f $@.new $@

# The gallery: a figure of every kind, with the script that makes it.

gallery_scripts = \
  doc/gallery/certificate.cvx \
  doc/gallery/certificate-sorted.cvx \
  doc/gallery/compare.cvx \
  doc/gallery/confusion.cvx \
  doc/gallery/data.cvx \
  doc/gallery/data-images.cvx \
  doc/gallery/error.cvx \
  doc/gallery/filter.cvx \
  doc/gallery/function.cvx \
  doc/gallery/gap.cvx \
  doc/gallery/gates.cvx \
  doc/gallery/mono.cvx \
  doc/gallery/neurons.cvx \
  doc/gallery/objective.cvx \
  doc/gallery/panels.cvx \
  doc/gallery/path.cvx \
  doc/gallery/patterns.cvx \
  doc/gallery/predict.cvx \
  doc/gallery/predict-labels.cvx \
  doc/gallery/residual.cvx \
  doc/gallery/scaling.cvx \
  doc/gallery/singular.cvx \
  doc/gallery/spectrum.cvx \
  doc/gallery/support.cvx \
  doc/gallery/surface.cvx \
  doc/gallery/weights.cvx
EXTRA_DIST += $(gallery_scripts) doc/gallery/build.sh \
  doc/gallery/make-shapes.py doc/gallery/shapes-idx1-ubyte.gz \
  doc/gallery/shapes-idx3-ubyte.gz

# Every kind of figure as SVG with its script: doc/gallery/index.html of the
# build folder.
.PHONY: gallery
gallery: cvxnn$(EXEEXT)
	$(SHELL) $(srcdir)/doc/gallery/build.sh $(abs_builddir)/cvxnn$(EXEEXT) \
	  $(srcdir)/doc/gallery $(builddir)/doc/gallery
clean-local:
	test doc/gallery -ef $(srcdir)/doc/gallery || rm -rf doc/gallery
