/* places.c -- where the program keeps what outlives it (XDG base folders).

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "repl/repl.h"

/* $VARIABLE/cvxnn/FILE, or $HOME/DEFAULT/cvxnn/FILE.  */
static const char *
place (const char *variable, const char *fallback, const char *file, char *buf,
       size_t size)
{
  const char *base = getenv (variable), *home = getenv ("HOME");
  int len;
  if (base != NULL && base[0] == '/')
    len = snprintf (buf, size, "%s/cvxnn/%s", base, file);
  else if (home != NULL && home[0] == '/')
    len = snprintf (buf, size, "%s/%s/cvxnn/%s", home, fallback, file);
  else
    return NULL;
  return len > 0 && (size_t)len < size ? buf : NULL;
}

const char *
repl_state_file (const char *file, char *buf, size_t size)
{
  if (place ("XDG_STATE_HOME", ".local/state", file, buf, size) == NULL)
    return NULL;
  /* Every folder on the way; those that exist stay as they are.  */
  for (char *p = strchr (buf + 1, '/'); p != NULL; p = strchr (p + 1, '/'))
    {
      *p = '\0';
      if (mkdir (buf, 0700) == 0)
        (void)chmod (buf, 0700); /* whatever the umask is */
      else if (errno != EEXIST)
        {
          *p = '/';
          return NULL;
        }
      *p = '/';
    }
  return buf;
}

const char *
repl_config_file (const char *file, char *buf, size_t size)
{
  return place ("XDG_CONFIG_HOME", ".config", file, buf, size);
}
