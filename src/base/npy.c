/* npy.c -- the header and the elements of NPY arrays.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "base/npy.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"

static const char not_a_dictionary[]
    = "its header is not a dictionary of descr, fortran_order and shape";

static const char *
skip (const char *s)
{
  while (*s == ' ' || *s == '\n' || *s == '\t')
    s++;
  return s;
}

/* A quoted string without escapes: *LEN bytes from *TEXT.  Returns what
   follows, NULL when there is none.  */
static const char *
quoted (const char *s, const char **text, size_t *len)
{
  char quote = *s;
  const char *end;
  if (quote != '\'' && quote != '"')
    return NULL;
  *text = s + 1;
  end = strchr (s + 1, quote);
  if (end == NULL || memchr (s, '\\', (size_t)(end - s)) != NULL)
    return NULL;
  *len = (size_t)(end - s - 1);
  return end + 1;
}

static const struct
{
  char kind;
  size_t width;
  enum cvx_array_type type;
} element_types[] = {
  { 'f', 8, CVX_ARRAY_F64 }, { 'f', 4, CVX_ARRAY_F32 },
  { 'f', 2, CVX_ARRAY_F32 }, { 'i', 8, CVX_ARRAY_I64 },
  { 'i', 4, CVX_ARRAY_I64 }, { 'i', 2, CVX_ARRAY_I64 },
  { 'i', 1, CVX_ARRAY_I64 }, { 'u', 8, CVX_ARRAY_U64 },
  { 'u', 4, CVX_ARRAY_U64 }, { 'u', 2, CVX_ARRAY_U64 },
  { 'u', 1, CVX_ARRAY_U8 },  { 'b', 1, CVX_ARRAY_BOOL },
};

size_t
cvx_array_width (enum cvx_array_type type)
{
  static const size_t width[] = { 8, 4, 8, 8, 1, 1, 1, 0 };
  return width[type];
}

static const char *
parse_descr (const char *s, size_t len, struct cvxi_npy *h)
{
  size_t width = 0;
  char order = '|';
  if (len > 0 && strchr ("<>|=", *s) != NULL)
    {
      order = *s++;
      len--;
    }
  if (len == 0)
    return not_a_dictionary;
  h->kind = *s;
  for (size_t k = 1; k < len && s[k] >= '0' && s[k] <= '9' && width < 1000;
       k++)
    width = 10 * width + (size_t)(s[k] - '0');
  for (size_t k = 0; k < sizeof element_types / sizeof *element_types; k++)
    if (element_types[k].kind == h->kind && element_types[k].width == width)
      {
        h->width = width;
        h->type = element_types[k].type;
        h->kept = cvx_array_width (h->type);
        h->big_endian = order == '>';
        return order == '|' && width > 1 ? "it does not say its byte order"
                                         : NULL;
      }
  h->other = true;
  switch (h->kind)
    {
    case 'O':
      return "it holds Python objects, which are never unpickled";
    case 'U':
    case 'S':
    case 'a':
      return "it holds text, not numbers";
    case 'c':
      return "it holds complex numbers";
    case 'V':
      return "it holds records, not numbers";
    case 'M':
    case 'm':
      return "it holds dates, not numbers";
    default:
      return "its element type is not known";
    }
}

/* "(3, 4)", "(3,)", "()"; numbers may end in the L of Python 2.  */
static const char *
parse_shape (const char **where, struct cvxi_npy *h)
{
  const char *s = *where;
  if (*s++ != '(')
    return not_a_dictionary;
  h->rank = 0;
  h->count = 1;
  for (;;)
    {
      size_t dim = 0;
      s = skip (s);
      if (*s == ')')
        break;
      if (*s == '-')
        return "its shape has a negative number";
      if (*s < '0' || *s > '9')
        return "its shape is not a list of numbers";
      for (; *s >= '0' && *s <= '9'; s++)
        if (!cvx_mul (dim, 10, &dim)
            || __builtin_add_overflow (dim, (size_t)(*s - '0'), &dim))
          return "its shape is too large";
      if (h->rank == CVXI_NPY_MAX_RANK)
        return "it has more than four dimensions";
      h->shape[h->rank++] = dim;
      if (*s == 'L')
        s++;
      s = skip (s);
      if (*s == ',')
        s++;
      else if (*s != ')')
        return "its shape is not a list of numbers";
    }
  *where = s + 1;
  for (size_t k = 0; k < h->rank; k++)
    if (!cvx_mul (h->count, h->shape[k], &h->count))
      return "its shape is too large";
  return h->count <= SIZE_MAX / 16 ? NULL : "its shape is too large";
}

static const char *
parse_value (const char *key, size_t len, const char **where,
             struct cvxi_npy *h, unsigned *seen)
{
  static const char *const keys[] = { "descr", "fortran_order", "shape" };
  const char *s = *where, *text, *wrong = NULL;
  unsigned k = 0;
  while (k < 3 && (strlen (keys[k]) != len || memcmp (key, keys[k], len) != 0))
    k++;
  if (k == 3 || (*seen & 1u << k) != 0)
    return not_a_dictionary;
  *seen |= 1u << k;
  if (k == 0 && *s == '[')
    {
      h->other = true;
      return "it holds records, not numbers";
    }
  if (k == 0)
    {
      s = quoted (s, &text, &len);
      if (s == NULL)
        return not_a_dictionary;
      wrong = parse_descr (text, len, h);
    }
  else if (k == 1)
    {
      h->fortran = strncmp (s, "True", 4) == 0;
      if (!h->fortran && strncmp (s, "False", 5) != 0)
        return not_a_dictionary;
      s += h->fortran ? 4 : 5;
    }
  else
    wrong = parse_shape (&s, h);
  *where = s;
  return wrong;
}

const char *
cvxi_npy_parse (const char *s, struct cvxi_npy *h)
{
  unsigned seen = 0;
  memset (h, 0, sizeof *h);
  s = skip (s);
  if (*s++ != '{')
    return not_a_dictionary;
  for (;;)
    {
      const char *key, *wrong;
      size_t len;
      s = skip (s);
      if (*s == '}')
        break;
      s = quoted (s, &key, &len);
      if (s == NULL)
        return not_a_dictionary;
      s = skip (s);
      if (*s++ != ':')
        return not_a_dictionary;
      s = skip (s);
      wrong = parse_value (key, len, &s, h, &seen);
      if (wrong != NULL)
        return wrong;
      s = skip (s);
      if (*s == ',')
        s++;
      else if (*s != '}')
        return not_a_dictionary;
    }
  return seen == 7 && *skip (s + 1) == '\0' ? NULL : not_a_dictionary;
}

/* IEEE binary16 to binary32 bits are exact, subnormal numbers included.  */
static float
half (uint16_t h)
{
  uint32_t sign = (uint32_t)(h & 0x8000u) << 16, e = h >> 10 & 31,
           m = h & 1023;
  uint32_t bits;
  float f;
  if (e == 0)
    {
      f = (float)m * 0x1p-24f;
      return sign != 0 ? -f : f;
    }
  bits = sign | (e == 31 ? 0x7f800000u : (e + 112) << 23) | m << 13;
  memcpy (&f, &bits, sizeof f);
  return f;
}

static bool
host_is_big_endian (void)
{
  const uint16_t one = 1;
  return *(const unsigned char *)&one == 0;
}

/* An integer of WIDTH bytes, sign extended when SIGNED.  */
static uint64_t
integer (const unsigned char *p, size_t width, bool big, bool is_signed)
{
  uint64_t u = 0;
  for (size_t k = 0; k < width; k++)
    u = u << 8 | p[big ? k : width - 1 - k];
  if (is_signed && width < 8 && (u >> (8 * width - 1)) != 0)
    u |= ~UINT64_C (0) << (8 * width);
  return u;
}

static void
convert_one (const struct cvxi_npy *h, const unsigned char *from,
             unsigned char *to)
{
  uint64_t u = integer (from, h->width, h->big_endian, h->kind == 'i');
  if (h->kind == 'f' && h->width == 2)
    {
      float f = half ((uint16_t)u);
      memcpy (to, &f, sizeof f);
    }
  else if (h->kept == 8)
    memcpy (to, &u, 8);
  else if (h->kept == 4)
    {
      uint32_t v = (uint32_t)u;
      memcpy (to, &v, 4);
    }
  else
    *to = h->kind == 'b' ? u != 0 : (unsigned char)u;
}

bool
cvxi_npy_as_is (const struct cvxi_npy *h)
{
  return (!h->fortran || h->rank < 2) && h->kept == h->width && h->kind != 'b'
         && (h->width == 1 || h->big_endian == host_is_big_endian ());
}

void
cvxi_npy_convert (const struct cvxi_npy *h, size_t first, size_t n,
                  const unsigned char *from, void *to)
{
  unsigned char *base = to;
  size_t index[CVXI_NPY_MAX_RANK], stride[CVXI_NPY_MAX_RANK], at, rest;
  if (!h->fortran || h->rank < 2)
    {
      base += first * h->kept;
      for (size_t k = 0; k < n; k++)
        convert_one (h, from + k * h->width, base + k * h->kept);
      return;
    }
  /* Fortran order: the first index runs fastest.  */
  rest = first;
  at = 0;
  for (size_t k = h->rank, s = 1; k-- > 0; s *= h->shape[k])
    stride[k] = s;
  for (size_t k = 0; k < h->rank; k++)
    {
      index[k] = rest % h->shape[k];
      rest /= h->shape[k];
      at += index[k] * stride[k];
    }
  for (size_t i = 0; i < n; i++)
    {
      convert_one (h, from + i * h->width, base + at * h->kept);
      for (size_t k = 0; k < h->rank; k++)
        {
          at += stride[k];
          if (++index[k] < h->shape[k])
            break;
          at -= index[k] * stride[k];
          index[k] = 0;
        }
    }
}

static void
swap_bytes (unsigned char *p, size_t n, size_t width)
{
#define SWAP(TYPE, SWAPPED)                                                   \
  for (size_t k = 0; k < n; k++)                                              \
    {                                                                         \
      TYPE v;                                                                 \
      memcpy (&v, p + k * sizeof v, sizeof v);                                \
      v = SWAPPED (v);                                                        \
      memcpy (p + k * sizeof v, &v, sizeof v);                                \
    }
  if (width == 2)
    SWAP (uint16_t, __builtin_bswap16)
  else if (width == 4)
    SWAP (uint32_t, __builtin_bswap32)
  else
    SWAP (uint64_t, __builtin_bswap64)
#undef SWAP
}

void
cvxi_npy_doubles (const struct cvxi_npy *h, size_t n, void *from, double *to)
{
  const unsigned char *p = from;
  if (h->width > 1 && h->big_endian != host_is_big_endian ())
    swap_bytes (from, n, h->width);
#define CONVERT(TYPE, VALUE)                                                  \
  for (size_t k = 0; k < n; k++)                                              \
    {                                                                         \
      TYPE v;                                                                 \
      memcpy (&v, p + k * sizeof v, sizeof v);                                \
      to[k] = (double)(VALUE);                                                \
    }                                                                         \
  break
  switch (h->kind << 8 | (int)h->width)
    {
    case 'f' << 8 | 8:
      if ((void *)to != from)
        memcpy (to, from, n * sizeof *to);
      break;
    case 'f' << 8 | 4:
      CONVERT (float, v);
    case 'f' << 8 | 2:
      CONVERT (uint16_t, half (v));
    case 'i' << 8 | 8:
      CONVERT (int64_t, v);
    case 'i' << 8 | 4:
      CONVERT (int32_t, v);
    case 'i' << 8 | 2:
      CONVERT (int16_t, v);
    case 'i' << 8 | 1:
      CONVERT (int8_t, v);
    case 'u' << 8 | 8:
      CONVERT (uint64_t, v);
    case 'u' << 8 | 4:
      CONVERT (uint32_t, v);
    case 'u' << 8 | 2:
      CONVERT (uint16_t, v);
    case 'u' << 8 | 1:
      CONVERT (uint8_t, v);
    default:
      CONVERT (uint8_t, v != 0);
    }
#undef CONVERT
}

size_t
cvxi_npy_header (char *buf, size_t size, enum cvx_array_type type, size_t rank,
                 const size_t *shape)
{
  static const char *const descr[]
      = { "f8", "f4", "i8", "u8", "u1", "b1", "u1" };
  enum
  {
    PREFIX = 10 /* magic, version 1.0, two bytes of length */
  };
  char order = cvx_array_width (type) == 1 ? '|'
               : host_is_big_endian ()     ? '>'
                                           : '<';
  size_t len = PREFIX, total, dict;
  len += (size_t)snprintf (buf + len, size - len,
                           "{'descr': '%c%s', 'fortran_order': False, "
                           "'shape': (",
                           order, descr[type]);
  for (size_t k = 0; k < rank; k++)
    len += (size_t)snprintf (buf + len, size - len, "%zu%s", shape[k],
                             k + 1 < rank ? ", "
                             : rank == 1  ? ","
                                          : "");
  len += (size_t)snprintf (buf + len, size - len, "), }");
  total = (len + 1 + 63) / 64 * 64;
  assert (total <= size);
  memset (buf + len, ' ', total - len);
  buf[total - 1] = '\n';
  dict = total - PREFIX;
  memcpy (buf, "\x93NUMPY\x01\x00", 8);
  buf[8] = (char)(dict & 255);
  buf[9] = (char)(dict >> 8);
  return total;
}
