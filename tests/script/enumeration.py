# enumeration.py -- Ctrl-C while patterns are enumerated or counted; TAP.
#
# Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.

import os
import re
import sys
import time

import prompt
from prompt import PROMPT, Session, report

os.environ["LC_ALL"] = "C.UTF-8"
s = Session(sys.argv[1])
s.wait(PROMPT)
# A run that is to stay as it is.
s.do("generate ring n=24 seed=1 as=mine", rb"data mine")
s.do("patterns exact", rb"patterns")
s.do("formulation relu beta=0.1*betamax", rb"variables")
s.do("solve tol=1e-9", rb"run 1 ")
s.do("save before.cvxs", rb"wrote")
# 9 million patterns to store, 72 million to count: many seconds each.
s.do("generate gaussians n=600 d=4 seed=1 as=large", rb"data large")
s.do("generate gaussians n=300 d=4 seed=1 as=many", rb"data many")
s.do("patterns sample n=5 seed=1", rb"patterns")
for data, line in (("many", "patterns exact store n=20000000"),
                   ("large", "patterns count")):
    s.do("use data " + data, rb"data " + data.encode())
    s.do("patterns sample n=5 seed=1", rb"patterns")
    s.send(line + "\r")
    s.wait(re.escape(line.encode()) + rb"\r\n")
    time.sleep(0.3)
    s.send("\x03")
    took = s.wait(rb"interrupted[\s\S]*" + PROMPT, 30)
    report(took is not None and took < 5, f"Ctrl-C in {line}", s.seen)
    s.do(f'assert data.name == "{data}" and runs[1].converged')
    report(re.search(rb"E[0-9]", s.seen) is None, "data and runs stay", s.seen)
    s.do("patterns", rb"patterns")
    report(re.search(rb"patterns: 5 ", s.seen) is not None,
           "and the patterns that were there", s.seen)
# What was saved goes on.
s.do("open before.cvxs", rb"before.cvxs")
s.do("let obj = run.obj")
s.do("patterns count", rb"patterns")
s.do("step 1", rb"")
s.do("assert run.obj <= obj and run.gap <= 1e-9")
report(re.search(rb"E[0-9]", s.seen) is None, "a saved session goes on", s.seen)
s.send("quit\r")
report(s.end() == 0, "and ends", s.seen)
print(f"1..{prompt.count}")
