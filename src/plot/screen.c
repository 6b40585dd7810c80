/* screen.c -- figures for the person at the terminal.

   A window needs two things: a display that answers, which is tried by
   connecting to its socket (a stale DISPLAY must not cost a hanging
   gnuplot), and a gnuplot with a window terminal.  Else characters.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "config.h"

#include "plot/internal.h"

#include <poll.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum
{
  PATIENCE = 300 /* ms for a display on another machine */
};

static bool
local_answers (const char *path, bool abstract)
{
  struct sockaddr_un at = { .sun_family = AF_UNIX };
  size_t len = strlen (path), skip = abstract ? 1 : 0;
  int fd;
  bool good;
  if (len + skip >= sizeof at.sun_path)
    return false;
  memcpy (at.sun_path + skip, path, len);
  fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return false;
  good = connect (
             fd, (struct sockaddr *)&at,
             (socklen_t)(offsetof (struct sockaddr_un, sun_path) + skip + len))
         == 0;
  close (fd);
  return good;
}

static bool
remote_answers (const char *host, int display)
{
  struct addrinfo want
      = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV };
  struct addrinfo *found;
  char port[16];
  bool good = false;
  snprintf (port, sizeof port, "%d", 6000 + display);
  if (getaddrinfo (host, port, &want, &found) != 0)
    return false;
  for (struct addrinfo *a = found; a != NULL && !good; a = a->ai_next)
    {
      int fd = socket (a->ai_family,
                       SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
      struct pollfd wait = { fd, POLLOUT, 0 };
      int error = 0;
      socklen_t len = sizeof error;
      if (fd < 0)
        continue;
      good = connect (fd, a->ai_addr, a->ai_addrlen) == 0
             || (poll (&wait, 1, PATIENCE) == 1
                 && getsockopt (fd, SOL_SOCKET, SO_ERROR, &error, &len) == 0
                 && error == 0);
      close (fd);
    }
  freeaddrinfo (found);
  return good;
}

static bool
x_answers (void)
{
  const char *display = getenv ("DISPLAY");
  const char *colon = display != NULL ? strrchr (display, ':') : NULL;
  char name[256];
  long number;
  if (colon == NULL || (size_t)(colon - display) >= sizeof name)
    return false;
  number = strtol (colon + 1, NULL, 10);
  if (number < 0 || number > 59535)
    return false;
  if (colon == display || strncmp (display, "unix:", 5) == 0)
    {
      snprintf (name, sizeof name, "/tmp/.X11-unix/X%ld", number);
      return local_answers (name, false) || local_answers (name, true);
    }
  memcpy (name, display, (size_t)(colon - display));
  name[colon - display] = '\0';
  return remote_answers (name, (int)number);
}

static bool
wayland_answers (void)
{
  const char *display = getenv ("WAYLAND_DISPLAY");
  const char *folder = getenv ("XDG_RUNTIME_DIR");
  char name[256];
  if (display == NULL || display[0] == '\0')
    return false;
  if (display[0] == '/')
    return local_answers (display, false);
  if (folder == NULL)
    return false;
  snprintf (name, sizeof name, "%s/%s", folder, display);
  return local_answers (name, false);
}

/* The terminal to show figures with, NULL for characters.  */
static enum cvx_status
choose (struct plot_child *child, const char *asked, const char **terminal,
        atomic_int *abort, struct cvx_error *err)
{
  static const char *const known[] = { "qt", "wxt", "x11", "sixelgd", "dumb" };
  enum
  {
    WINDOWS = 3,
    KNOWN = 5
  };
  bool x = x_answers (), wayland = !x && wayland_answers ();
  *terminal = NULL;
  for (size_t k = 0; k < KNOWN; k++)
    {
      bool has = false,
           wanted = asked != NULL && strcmp (asked, known[k]) == 0;
      enum cvx_status status;
      /* Wayland alone is spoken by qt.  */
      if (asked != NULL ? !wanted
                        : k >= WINDOWS || !(x || (wayland && k == 0)))
        continue;
      if (strcmp (known[k], "dumb") == 0)
        return CVX_OK;
      if (k < WINDOWS && !x && !wayland)
        return cvx_fail (err, CVX_E610, "no display answers for %s", asked);
      status = plot_child_has (child, known[k], &has, abort, err);
      if (status != CVX_OK)
        return status;
      if (has)
        {
          *terminal = known[k];
          return CVX_OK;
        }
      if (wanted)
        return cvx_fail (err, CVX_E610, "gnuplot %s has no terminal %s",
                         plot_child_version (child), asked);
    }
  if (asked != NULL)
    return cvx_fail (err, CVX_E610,
                     "no terminal %s; there are qt wxt x11 sixelgd dumb",
                     asked);
  return CVX_OK;
}

enum cvx_status
plot_characters (struct plot_child *child, const char *script,
                 struct cvx_text *out, atomic_int *abort,
                 struct cvx_error *err)
{
  struct cvx_text raw = CVX_TEXT_INIT;
  enum cvx_status status = plot_child_run (child, script, &raw, abort, err);
  const char *line = cvx_text_string (&raw);
  while (status == CVX_OK && *line != '\0')
    {
      size_t len = strcspn (line, "\n"), from = strspn (line, "\f"), end = len;
      while (end > from && line[end - 1] == ' ')
        end--;
      cvx_text_write (out, line + from, end - from);
      cvx_text_put (out, "\n");
      line += len + (line[len] != '\0');
    }
  cvx_text_free (&raw);
  if (status == CVX_OK && out->failed)
    return cvx_fail_nomem (err, "reading a figure from gnuplot");
  return status;
}

enum cvx_status
plot_show (struct plot_child *child, const struct plot_figure *fig,
           const struct plot_options *options, struct cvx_text *shown,
           atomic_int *abort, struct plot_notes *notes, struct cvx_error *err)
{
  struct plot_options screen = *options;
  struct cvx_text script = CVX_TEXT_INIT;
  enum cvx_status status = plot_figure_check (fig, err);
  screen.format = PLOT_SCREEN;
  if (status == CVX_OK)
    status = choose (child, options->terminal, &screen.terminal, abort, err);
  if (status == CVX_OK)
    status = plot_script (fig, &screen, NULL, &script, notes, err);
  if (status == CVX_OK)
    status = (screen.terminal == NULL ? plot_characters : plot_child_run) (
        child, cvx_text_string (&script), shown, abort, err);
  cvx_text_free (&script);
  return status;
}
