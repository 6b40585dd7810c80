/* read_hdf5.c -- HDF5 files, as h5py, PyTables and many programs write them.

   Every dataset of numbers in every group is an array called by its path
   without the first slash.  Links out of the file, external or virtual storage
   and filters that are not built in are never followed or loaded.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <config.h>

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "data/import.h"

#ifdef HAVE_HDF5
#  include <hdf5.h>
#endif

bool
cvxi_detect_hdf5 (const char *path, const unsigned char *head, size_t len)
{
  (void)path;
  /* Behind a user block of 0, 512, 1024 ... bytes.  */
  for (size_t at = 0; at + 8 <= len; at = at == 0 ? 512 : 2 * at)
    if (memcmp (head + at, "\x89HDF\r\n\x1a\n", 8) == 0)
      return true;
  return false;
}

enum cvx_status
cvxi_read_hdf5 (struct cvx_dataset **out, const char *path,
                const struct cvx_read_options *options,
                struct cvx_progress *progress, struct cvx_text *notes,
                struct cvx_error *err)
{
  return cvxi_read_imported (out, "hdf5", path, options, progress, notes, err);
}

#ifndef HAVE_HDF5
enum cvx_status
cvxi_import_hdf5 (struct cvxi_import *im, struct cvx_error *err)
{
  cvx_fail (err, CVX_E238, "this program was built without HDF5 support");
  cvx_at (err, im->shown, 0, 0);
  return cvx_hint (err, "configure --with-hdf5, or save the data as NPZ");
}
#else

enum
{
  MOST_ARRAYS = 10000
};

struct walk
{
  struct cvxi_import *im;
  enum cvx_status status;
  struct cvx_error *err;
};

static enum cvx_status
fail_hdf5 (const struct cvxi_import *im, const char *what, const char *name,
           struct cvx_error *err)
{
  cvx_fail (err, CVX_E244, "%s%s; nothing was loaded", what, name);
  return cvx_at (err, im->shown, 0, 0);
}

/* FALSE and TRUE, as h5py writes booleans.  */
static bool
is_boolean (hid_t type)
{
  signed char value[2] = { 1, 0 };
  return H5Tget_size (type) == 1 && H5Tget_nmembers (type) == 2
         && H5Tenum_valueof (type, "FALSE", &value[0]) >= 0
         && H5Tenum_valueof (type, "TRUE", &value[1]) >= 0 && value[0] == 0
         && value[1] == 1;
}

/* The type in memory of a dataset; WHY not NULL: it has no numbers.  */
static hid_t
memory_type (hid_t type, enum cvx_array_type *kept, const char **why)
{
  size_t width = H5Tget_size (type);
  *why = NULL;
  switch (H5Tget_class (type))
    {
    case H5T_INTEGER:
      if (width == 1 && H5Tget_sign (type) == H5T_SGN_NONE)
        {
          *kept = CVX_ARRAY_U8;
          return H5T_NATIVE_UINT8;
        }
      *kept
          = H5Tget_sign (type) == H5T_SGN_NONE ? CVX_ARRAY_U64 : CVX_ARRAY_I64;
      return *kept == CVX_ARRAY_U64 ? H5T_NATIVE_UINT64 : H5T_NATIVE_INT64;
    case H5T_FLOAT:
      *kept = width <= 4 ? CVX_ARRAY_F32 : CVX_ARRAY_F64;
      return width <= 4 ? H5T_NATIVE_FLOAT : H5T_NATIVE_DOUBLE;
    case H5T_STRING:
      *why = "it is text";
      break;
    case H5T_COMPOUND:
      *why = "it is of compound (or complex) numbers";
      break;
    case H5T_REFERENCE:
      *why = "it is of references";
      break;
    case H5T_ENUM:
      if (is_boolean (type))
        {
          *kept = CVX_ARRAY_I64;
          return H5T_NATIVE_INT64;
        }
      *why = "it is of named values";
      break;
    default:
      *why = "it is no array of numbers";
    }
  *kept = CVX_ARRAY_OTHER;
  return -1;
}

/* Why the storage of the dataset is not to be read, or NULL.  */
static const char *
storage (hid_t set)
{
  hid_t plist = H5Dget_create_plist (set);
  const char *why = NULL;
  int filters;
  if (plist < 0)
    return "its storage cannot be understood";
  if (H5Pget_layout (plist) == H5D_VIRTUAL)
    why = "it is virtual: its numbers are in other files";
  else if (H5Pget_external_count (plist) > 0)
    why = "its numbers are in another file";
  filters = why == NULL ? H5Pget_nfilters (plist) : 0;
  for (int k = 0; k < filters && why == NULL; k++)
    {
      unsigned flags, config;
      size_t n = 0;
      H5Z_filter_t id = H5Pget_filter2 (plist, (unsigned)k, &flags, &n, NULL,
                                        0, NULL, &config);
      if (id < 0 || H5Zfilter_avail (id) <= 0)
        why = "it is packed by a filter that is not built in";
    }
  H5Pclose (plist);
  return why;
}

static enum cvx_status
take_values (struct walk *w, hid_t set, hid_t type, struct cvx_array *a)
{
  if (a->count > 0
      && H5Dread (set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, a->values) < 0)
    return fail_hdf5 (w->im, "damaged HDF5 dataset ", a->name, w->err);
  return CVX_OK;
}

static enum cvx_status
take (struct walk *w, hid_t set, const char *name)
{
  hid_t type = H5Dget_type (set), space = H5Dget_space (set), memory;
  hsize_t dims[H5S_MAX_RANK];
  size_t shape[4] = { 0 };
  enum cvx_array_type kept = CVX_ARRAY_OTHER;
  const char *why = NULL;
  struct cvx_array *a;
  enum cvx_status status;
  int rank = space >= 0 ? H5Sget_simple_extent_dims (space, dims, NULL) : -1;
  if (type < 0 || rank < 0)
    status = fail_hdf5 (w->im, "damaged HDF5 dataset ", name, w->err);
  else
    {
      memory = memory_type (type, &kept, &why);
      if (why == NULL)
        why = storage (set);
      if (why == NULL && H5Sget_simple_extent_type (space) == H5S_NULL)
        why = "it is empty";
      for (int k = 0; k < rank && k < 4; k++)
        shape[k] = dims[k];
      status = cvxi_import_add (w->im, name, kept, (size_t)rank, shape, why,
                                &a, w->err);
      if (status == CVX_OK && a->why == NULL)
        status = take_values (w, set, memory, a);
    }
  if (space >= 0)
    H5Sclose (space);
  if (type >= 0)
    H5Tclose (type);
  return status;
}

/* A name that leads nowhere that may be gone to.  */
static enum cvx_status
note (struct walk *w, const char *name, const char *why)
{
  struct cvx_array *a;
  return cvxi_import_add (w->im, name, CVX_ARRAY_OTHER, 0, NULL, why, &a,
                          w->err);
}

static enum cvx_status
follow (struct walk *w, hid_t group, const char *name, const H5L_info_t *info)
{
  H5O_info_t object;
  hid_t set;
  enum cvx_status status;
  if (info->type != H5L_TYPE_HARD)
    return note (w, name,
                 info->type == H5L_TYPE_SOFT
                     ? "it is a soft link: give the name it leads to"
                     : "it is a link to another file, which is not followed");
  if (H5Oget_info_by_name2 (group, name, &object, H5O_INFO_BASIC, H5P_DEFAULT)
      < 0)
    return fail_hdf5 (w->im, "damaged HDF5 object ", name, w->err);
  if (object.type != H5O_TYPE_DATASET)
    return CVX_OK;
  set = H5Dopen2 (group, name, H5P_DEFAULT);
  if (set < 0)
    return fail_hdf5 (w->im, "damaged HDF5 dataset ", name, w->err);
  status = take (w, set, name);
  H5Dclose (set);
  return status;
}

static herr_t
visit (hid_t group, const char *name, const H5L_info_t *info, void *context)
{
  struct walk *w = context;
  if (cvx_aborted (w->im->progress))
    w->status = cvx_fail_interrupted (w->err);
  else if (w->im->z->n >= MOST_ARRAYS)
    w->status = fail_hdf5 (w->im, "more than 10000 datasets", "", w->err);
  else
    w->status = follow (w, group, name, info);
  return w->status == CVX_OK ? 0 : -1;
}

static enum cvx_status
read_open (struct cvxi_import *im, hid_t file, struct cvx_error *err)
{
  struct walk w = { im, CVX_OK, err };
  if (H5Lvisit (file, H5_INDEX_NAME, H5_ITER_NATIVE, visit, &w) < 0
      && w.status == CVX_OK)
    return fail_hdf5 (im, "truncated or damaged HDF5 file", "", err);
  if (w.status != CVX_OK)
    return w.status;
  if (im->z->n == 0)
    {
      cvx_fail (err, CVX_E244, "the HDF5 file has no datasets");
      return cvx_at (err, im->shown, 0, 0);
    }
  return CVX_OK;
}

/* A file in memory that has no name but in /proc: HDF5 looks for the folder of
   its files, so it gets the bytes instead.  */
static hid_t
open_bytes (const char *path)
{
  hid_t access = H5Pcreate (H5P_FILE_ACCESS), file = -1;
  FILE *f = fopen (path, "rbe");
  struct stat st;
  char *bytes = NULL;
  if (f != NULL && access >= 0 && fstat (fileno (f), &st) == 0)
    bytes = cvx_alloc ((size_t)st.st_size, 1);
  if (bytes != NULL
      && fread (bytes, 1, (size_t)st.st_size, f) == (size_t)st.st_size
      && H5Pset_fapl_core (access, 1 << 16, false) >= 0
      && H5Pset_file_image (access, bytes, (size_t)st.st_size) >= 0)
    file = H5Fopen ("bytes", H5F_ACC_RDONLY, access);
  cvx_free (bytes);
  if (f != NULL)
    fclose (f);
  if (access >= 0)
    H5Pclose (access);
  return file;
}

static hid_t
open_file (const char *path)
{
  char target[8];
  ssize_t n = readlink (path, target, sizeof target);
  return n >= 7 && memcmp (target, "/memfd:", 7) == 0
             ? open_bytes (path)
             : H5Fopen (path, H5F_ACC_RDONLY, H5P_DEFAULT);
}

enum cvx_status
cvxi_import_hdf5 (struct cvxi_import *im, struct cvx_error *err)
{
  H5E_auto2_t print;
  void *context;
  hid_t file;
  enum cvx_status status;
  if (H5open () < 0 || H5Eget_auto2 (H5E_DEFAULT, &print, &context) < 0
      || H5Eset_auto2 (H5E_DEFAULT, NULL, NULL) < 0
      || H5PLset_loading_state (0) < 0)
    return fail_hdf5 (im, "the HDF5 library does not start", "", err);
  file = open_file (im->path);
  if (file < 0)
    status = fail_hdf5 (im, "truncated or damaged HDF5 file", "", err);
  else
    {
      status = read_open (im, file, err);
      H5Fclose (file);
    }
  H5Eset_auto2 (H5E_DEFAULT, print, context);
  return status;
}
#endif
