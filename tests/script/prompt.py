# prompt.py -- types at the program in a pseudo terminal; TAP.
#
# Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.

import os
import pty
import re
import select
import signal
import sys
import time

count = 0


def report(good, words, shown=b""):
    global count
    count += 1
    print(f"{'ok' if good else 'not ok'} {count} - {words}")
    if not good:
        for line in shown.decode(errors="replace").splitlines()[-15:]:
            print("# " + line)


class Session:
    def __init__(self, program, *args, term="xterm"):
        self.seen = b""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ["TERM"] = term
            os.execv(program, [program, *args])

    def read(self, seconds):
        ready, _, _ = select.select([self.fd], [], [], seconds)
        if not ready:
            return False
        try:
            more = os.read(self.fd, 65536)
        except OSError:
            more = b""
        self.seen += more
        return bool(more)

    def wait(self, pattern, seconds=20):
        """Seconds until PATTERN was seen since the last send, or None."""
        start = time.monotonic()
        while not re.search(pattern, self.seen):
            left = start + seconds - time.monotonic()
            if left <= 0 or not self.read(left):
                if re.search(pattern, self.seen):
                    break
                return None
        return time.monotonic() - start

    def send(self, text):
        self.seen = b""
        os.write(self.fd, text.encode())

    def end(self, seconds=20):
        """Exit code; negative: the signal; None: it does not end."""
        start = time.monotonic()
        while time.monotonic() - start < seconds:
            self.read(0.05)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                return os.waitstatus_to_exitcode(status)
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        return None


def main():
    program = sys.argv[1]
    prompt = rb"cvx> (\x1b\[[0-9;?]*[a-zA-Z])*$"
    s = Session(program)
    report(s.wait(prompt) is not None, "the prompt comes", s.seen)
    s.send("\x03")
    report(s.wait(rb"\^C[\s\S]*" + prompt) is not None,
           "Ctrl-C at the empty prompt", s.seen)
    s.send("print 12")
    s.wait(rb"print 12")
    s.send("\x03")
    s.wait(rb"\^C[\s\S]*" + prompt)
    s.send("print 34\r")
    s.wait(rb"\r34\r\n[\s\S]*" + prompt)
    report(b"\r34" in s.seen and b"12" not in s.seen,
           "Ctrl-C clears the line", s.seen)
    s.send("for b in [1,2]\r")
    report(s.wait(rb"for\.\.> ") is not None, "prompt of an open block",
           s.seen)
    s.send("\x03")
    report(s.wait(rb"\^C[\s\S]*" + prompt) is not None,
           "Ctrl-C leaves the block", s.seen)
    s.send("if 1 < 2\r")
    s.wait(rb"if\.\.> ")
    s.send("\x04")
    report(s.wait(prompt) is not None, "Ctrl-D leaves the block", s.seen)
    s.send("sovle tol=1\r")
    s.wait(rb"E101[\s\S]*" + prompt)
    report(b"\n     ^^^^^\r\n" in s.seen,
           "the caret is under the word typed", s.seen)
    s.send("gener\t")
    report(s.wait(rb"generate ") is not None, "completion of a verb", s.seen)
    s.send("ri\t")
    report(s.wait(rb"ring ") is not None, "completion of a word", s.seen)
    s.send("n=40 seed=1\r")
    s.wait(prompt)
    # A paste of several lines in brackets, as terminals send it.
    s.send("\x1b[200~print 1\nprint 2\nsovle\nprint 3\nprint 4\n\x1b[201~\r")
    s.wait(rb"not run[\s\S]*" + prompt, 5)
    report(b"2 lines were not run" in s.seen and b"E101" in s.seen,
           "a paste stops at its error and says what is left", s.seen)
    # Something that takes long, and Ctrl-C.
    s.send("generate gaussians n=600 d=200 seed=1\r")
    s.wait(rb"data gaussians[\s\S]*" + prompt)
    s.send("formulation gated beta=0.001*betamax\r")
    s.wait(rb"variables[\s\S]*" + prompt, 60)
    s.send("solver fista\r")
    s.wait(prompt)
    s.send("solve tol=1e-15 maxiter=1e9 stall=1e9\r")
    s.wait(rb"\n +2 ", 60)
    time.sleep(0.3)
    s.send("\x03")
    took = s.wait(rb"interrupted[\s\S]*" + prompt)
    report(took is not None, "Ctrl-C stops solve", s.seen)
    # 0.5 s is the promise; a loaded machine gets more.
    report(took is not None and took < 3, "and soon", s.seen)
    print(f"# after {took} s")
    s.send("assert run.iter >= 2 and run.status == \"interrupted\"\r")
    s.wait(prompt)
    report(b"E" not in s.seen.replace(b"E501", b"E"), "the iterate is kept",
           s.seen)
    s.send("step 2\r")
    s.wait(prompt, 60)
    report(b"E3" not in s.seen, "and goes on", s.seen)
    s.send("sleep 100\r")
    s.wait(rb"sleep 100\r\n")
    time.sleep(0.2)
    s.send("\x03")
    report(s.wait(rb"interrupted[\s\S]*" + prompt) is not None,
           "Ctrl-C stops sleep", s.seen)
    s.send("quit 3\r")
    report(s.end() == 3, "quit at the prompt")

    s = Session(program)
    s.wait(prompt)
    s.send("generate ring n=20\r")
    s.wait(rb"data ring[\s\S]*" + prompt)
    os.kill(s.pid, signal.SIGTERM)
    report(s.end() == 143, "SIGTERM at the prompt ends with 143", s.seen)
    s = Session(program, "--resume")
    s.wait(prompt)
    s.send("data\r")
    report(s.wait(rb"data ring: n=20[\s\S]*" + prompt) is not None,
           "--resume opens it again", s.seen)
    s.send("\x04")
    report(s.end() == 0, "Ctrl-D ends the program", s.seen)

    s = Session(program, term="dumb")
    s.wait(rb"cvx> $")
    s.send("print 5\r")
    s.wait(rb"5\r\n5\r\n[\s\S]*cvx> $")
    report(b"\x1b" not in s.seen and b"\n5\r\n" in s.seen,
           "TERM=dumb: no escape sequences", s.seen)
    s.send("quit\r")
    s.end()

    s = Session(program, "-b", "-e", "sleep 100")
    time.sleep(0.5)
    os.kill(s.pid, signal.SIGINT)
    report(s.end() == 130, "Ctrl-C in batch ends with 130", s.seen)
    print(f"1..{count}")


main()
