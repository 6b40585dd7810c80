/* polish.c -- placeholder while the active-set method is written.  */
#include "solver/state.h"
enum cvx_status
cvx_run_polish (struct cvx_run *run, double seconds,
                struct cvx_progress *progress, struct cvx_error *err)
{
  (void)run;
  (void)seconds;
  (void)progress;
  return cvx_fail (err, CVX_E368, "not available");
}
