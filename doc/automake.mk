# files of doc/
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
