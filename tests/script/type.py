# type.py -- types or pastes a script at the prompt, in a pseudo terminal.
#
# usage: type.py typed|pasted PROGRAM SCRIPT
#
# Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.

import os
import pty
import select
import sys
import time

how, program, script = sys.argv[1:]
with open(script) as f:
    text = f.read()
pid, fd = pty.fork()
if pid == 0:
    os.environ["TERM"] = "xterm"
    os.execv(program, [program])
seen = b""


def wait(ending, seconds):
    global seen
    start = time.monotonic()
    while time.monotonic() - start < seconds:
        tail = seen[-40:]
        if b"\n" in tail and ending in tail.rsplit(b"\n", 1)[1]:
            return True
        if select.select([fd], [], [], 0.2)[0]:
            try:
                seen += os.read(fd, 65536)
            except OSError:
                return False
    return False


wait(b"> ", 20)
if how == "pasted":
    seen = b""
    os.write(fd, b"\x1b[200~" + text.rstrip("\n").encode() + b"\x1b[201~\r")
    good = wait(b"cvx> ", 100)
else:
    good = True
    for line in text.splitlines():
        seen = b""
        os.write(fd, line.encode() + b"\r")
        good = wait(b"> ", 100) and good
os.write(fd, b"quit\r")
start = time.monotonic()
while time.monotonic() - start < 20:
    if select.select([fd], [], [], 0.2)[0]:
        try:
            more = os.read(fd, 65536)
        except OSError:
            break
        if not more:
            break
        seen += more
_, status = os.waitpid(pid, 0)
print(seen.decode(errors="replace"))
sys.exit(0 if good and status == 0 and b": E" not in seen else 1)
