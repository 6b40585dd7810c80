/* network_io.h -- what the files that write and read networks share.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_COMMAND_NETWORK_IO_H
#define CVX_COMMAND_NETWORK_IO_H

#include "command/command.h"

/* "relu", "gated" or "linear".  */
const char *cmd_activation_word (enum cvx_activation a);

/* Whether the last input of NET is the column of ones of the data.  */
bool cmd_network_augmented (const struct session *s,
                            const struct cvx_network *net);

/* NET as C source or ONNX into T.  CVX_NOMEM; also when t->failed.  */
enum cvx_status cmd_network_code (const struct session *s,
                                  const struct cvx_network *net, bool onnx,
                                  struct cvx_text *t,
                                  struct cvx_error *err) CVX_MUST_CHECK;

#endif
