/* sheets.c -- tables of numbers as files of other programs.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <config.h>

#include "data/sheets.h"

#include "base/alloc.h"
#include "base/npz.h"
#include "base/output.h"

#ifdef HAVE_MATIO
#  include <matio.h>
#endif
#ifdef HAVE_HDF5
#  include <hdf5.h>
#endif

enum cvx_status
cvx_sheets_npz (const char *path, const struct cvx_sheet *sheet, size_t n,
                struct cvx_error *err)
{
  struct cvx_npz_writer *w;
  enum cvx_status status = cvx_npz_create (&w, path, false, err);
  if (status != CVX_OK)
    return status;
  for (size_t k = 0; k < n && status == CVX_OK; k++)
    {
      size_t shape[2] = { sheet[k].rows, sheet[k].cols };
      status = cvx_npz_add (w, sheet[k].name, CVX_ARRAY_F64,
                            shape[1] == 1 ? 1 : 2, shape, sheet[k].v, err);
    }
  if (status == CVX_OK)
    return cvx_npz_close (w, err);
  cvx_npz_abort (w);
  return status;
}

/* Have ALL write the sheets to a temporary file, which becomes PATH.  */
static enum cvx_status
deliver (const char *path, const struct cvx_sheet *sheet, size_t n,
         enum cvx_status (*all) (const char *, const struct cvx_sheet *,
                                 size_t, struct cvx_error *),
         struct cvx_error *err)
{
  struct cvx_output *out;
  enum cvx_status status = cvx_output_open (&out, path, false, err);
  if (status != CVX_OK)
    return status;
  status = all (cvx_output_temporary (out), sheet, n, err);
  if (status == CVX_OK)
    return cvx_output_commit (out, err);
  cvx_output_abort (out);
  return status;
}

#ifndef HAVE_MATIO
static enum cvx_status
write_mat (const char *path, const struct cvx_sheet *sheet, size_t n,
           struct cvx_error *err)
{
  (void)path;
  (void)sheet;
  (void)n;
  return cvx_fail (err, CVX_E238,
                   "this program was built without MAT support");
}
#else

/* MATLAB's first index runs fastest.  */
static enum cvx_status
put_mat (mat_t *mat, const struct cvx_sheet *s, struct cvx_error *err)
{
  size_t dims[2] = { s->rows, s->cols };
  double *turned = cvx_alloc (s->rows * s->cols, sizeof *turned);
  matvar_t *v;
  int failed;
  if (turned == NULL)
    return cvx_fail_nomem (err, "writing a MAT file");
  for (size_t i = 0; i < s->rows; i++)
    for (size_t j = 0; j < s->cols; j++)
      turned[j * s->rows + i] = s->v[i * s->cols + j];
  v = Mat_VarCreate (s->name, MAT_C_DOUBLE, MAT_T_DOUBLE, 2, dims, turned,
                     MAT_F_DONT_COPY_DATA);
  failed = v == NULL || Mat_VarWrite (mat, v, MAT_COMPRESSION_NONE) != 0;
  Mat_VarFree (v);
  cvx_free (turned);
  return failed ? cvx_fail (err, CVX_E620, "cannot write the MAT file")
                : CVX_OK;
}

static enum cvx_status
write_mat (const char *path, const struct cvx_sheet *sheet, size_t n,
           struct cvx_error *err)
{
  enum cvx_status status = CVX_OK;
  /* A header without the time: equal content gives equal bytes.  */
  mat_t *mat = Mat_CreateVer (path, "MATLAB 5.0 MAT-file, written by cvxnn",
                              MAT_FT_MAT5);
  if (mat == NULL)
    return cvx_fail (err, CVX_E620, "cannot write the MAT file");
  for (size_t k = 0; k < n && status == CVX_OK; k++)
    status = put_mat (mat, &sheet[k], err);
  if (Mat_Close (mat) != 0 && status == CVX_OK)
    status = cvx_fail (err, CVX_E620, "cannot write the MAT file");
  return status;
}
#endif

#ifndef HAVE_HDF5
static enum cvx_status
write_hdf5 (const char *path, const struct cvx_sheet *sheet, size_t n,
            struct cvx_error *err)
{
  (void)path;
  (void)sheet;
  (void)n;
  return cvx_fail (err, CVX_E238,
                   "this program was built without HDF5 support");
}
#else

static bool
put_hdf5 (hid_t file, const struct cvx_sheet *s)
{
  hsize_t dims[2] = { s->rows, s->cols };
  hid_t space = H5Screate_simple (s->cols == 1 ? 1 : 2, dims, NULL);
  hid_t plist = H5Pcreate (H5P_DATASET_CREATE), set = -1;
  bool ok = space >= 0 && plist >= 0;
  /* Without times: equal content gives equal bytes.  */
  if (ok && H5Pset_obj_track_times (plist, false) >= 0)
    set = H5Dcreate2 (file, s->name, H5T_NATIVE_DOUBLE, space, H5P_DEFAULT,
                      plist, H5P_DEFAULT);
  ok = set >= 0
       && H5Dwrite (set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT,
                    s->v)
              >= 0;
  if (set >= 0)
    ok = H5Dclose (set) >= 0 && ok;
  if (plist >= 0)
    H5Pclose (plist);
  if (space >= 0)
    H5Sclose (space);
  return ok;
}

static enum cvx_status
write_hdf5 (const char *path, const struct cvx_sheet *sheet, size_t n,
            struct cvx_error *err)
{
  H5E_auto2_t print;
  void *context;
  hid_t file;
  bool ok
      = H5open () >= 0 && H5Eget_auto2 (H5E_DEFAULT, &print, &context) >= 0;
  if (!ok)
    return cvx_fail (err, CVX_E620, "the HDF5 library does not start");
  H5Eset_auto2 (H5E_DEFAULT, NULL, NULL);
  file = H5Fcreate (path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  ok = file >= 0;
  for (size_t k = 0; k < n && ok; k++)
    ok = put_hdf5 (file, &sheet[k]);
  if (file >= 0)
    ok = H5Fclose (file) >= 0 && ok;
  H5Eset_auto2 (H5E_DEFAULT, print, context);
  return ok ? CVX_OK : cvx_fail (err, CVX_E620, "cannot write the HDF5 file");
}
#endif

enum cvx_status
cvx_sheets_mat (const char *path, const struct cvx_sheet *sheet, size_t n,
                struct cvx_error *err)
{
  return deliver (path, sheet, n, write_mat, err);
}

enum cvx_status
cvx_sheets_hdf5 (const char *path, const struct cvx_sheet *sheet, size_t n,
                 struct cvx_error *err)
{
  return deliver (path, sheet, n, write_hdf5, err);
}
