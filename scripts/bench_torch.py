#!/usr/bin/env python3
"""The same training by cvxnn and by PyTorch.

usage: bench_torch.py [--cvxnn=PROGRAM] [--threads=N] [--epochs=N] FILE.npz

Width, learning rate, batches (in the order of the file), epochs and starting
weights are the same, and so is the objective: 1/2 |f - y|^2 + beta times the
path norm.  Prints for every method the largest relative difference of the two
curves and the seconds of an epoch, and exits with 1 when a difference exceeds
1e-3, with 77 without torch.

Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.
"""
import argparse
import os
import subprocess
import sys
import tempfile
import time

parser = argparse.ArgumentParser()
parser.add_argument("--cvxnn", default="./cvxnn")
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--epochs", type=int, default=200)
parser.add_argument("--beta", type=float, default=43,
                    help="43: instance C")
parser.add_argument("--width", type=int, default=50)
parser.add_argument("file")
options = parser.parse_args()
os.environ["OMP_NUM_THREADS"] = str(options.threads)

try:
    import numpy as np
    import torch
except ImportError:
    print("no torch here")
    sys.exit(77)

# method, lr, batch
CASES = (("sgd", 0.01, 0), ("momentum", 0.002, 0), ("adam", 0.01, 0),
         ("sgd", 0.005, 50), ("momentum", 0.001, 25), ("adam", 0.005, 100))


def by_cvxnn(folder, method, lr, batch, every):
    """Objectives, seconds of an epoch, and the weights it started from."""
    start = os.path.join(folder, "start.npz")
    curve = os.path.join(folder, "curve.csv")
    script = f"""
set quiet=yes verbose=quiet
load {os.path.abspath(options.file)} x={X} y=y
patterns sample n=1 seed=1
formulation relu beta={options.beta}
train lbfgs m={options.width} maxiter=0 seed=1
export network to={start}
train {method} warm=1 m={options.width} lr={lr} batch={batch} shuffle=no \\
  epochs={options.epochs} every={every}
export history to={curve}
"""
    subprocess.run([options.cvxnn], input=script, text=True, check=True,
                   stdout=subprocess.DEVNULL)
    rows = np.genfromtxt(curve, delimiter=",", names=True)
    return rows["obj"], rows["time"][-1] / options.epochs, np.load(start)


def by_torch(start, method, lr, batch, follow):
    x, y = torch.tensor(data[X]), torch.tensor(data["y"]).reshape(-1, 1)
    n = len(y)
    net = torch.nn.Sequential(
        torch.nn.Linear(x.shape[1], options.width, bias=False),
        torch.nn.ReLU(), torch.nn.Linear(options.width, 1, bias=False))
    net.double()
    with torch.no_grad():
        net[0].weight.copy_(torch.tensor(start["W"]))
        net[2].weight.copy_(torch.tensor(start["alpha"]).reshape(1, -1))
    decay = options.beta / n
    if method == "adam":
        rule = torch.optim.Adam(net.parameters(), lr=lr, weight_decay=decay)
    else:
        rule = torch.optim.SGD(net.parameters(), lr=lr, weight_decay=decay,
                               momentum=0.9 if method == "momentum" else 0)

    def objective():
        with torch.no_grad():
            u, a = net[0].weight, net[2].weight
            path = (u.norm(dim=1) * a.norm(dim=0)).sum()
            return float(((net(x) - y) ** 2).sum() / 2 + options.beta * path)

    values = [objective()] if follow else []
    size = batch if batch > 0 else n
    since = time.perf_counter()
    for _ in range(options.epochs):
        for at in range(0, n, size):
            rule.zero_grad()
            error = net(x[at:at + size]) - y[at:at + size]
            loss = (error ** 2).sum() / 2 / len(error)
            loss.backward()
            rule.step()
        if follow:
            values.append(objective())
    return np.array(values), (time.perf_counter() - since) / options.epochs


torch.set_num_threads(options.threads)
data = np.load(options.file)
X = "X" if "X" in data.files else "x"
worst = 0
slower = 0
print(f"m={options.width} epochs={options.epochs} threads={options.threads}")
print("method      lr  batch  difference  cvxnn us/epoch  torch us/epoch")
with tempfile.TemporaryDirectory() as folder:
    for method, lr, batch in CASES:
        ours, _, start = by_cvxnn(folder, method, lr, batch, 1)
        theirs, _ = by_torch(start, method, lr, batch, True)
        difference = np.max(np.abs(ours - theirs) / theirs)
        seconds = min(by_cvxnn(folder, method, lr, batch, 10**9)[1]
                      for _ in range(3))
        other = min(by_torch(start, method, lr, batch, False)[1]
                    for _ in range(3))
        worst = max(worst, difference)
        slower += seconds > other
        print(f"{method:8s} {lr:5g} {batch:6d}  {difference:10.1e}"
              f"  {seconds * 1e6:14.0f}  {other * 1e6:14.0f}")
print(f"largest difference {worst:.1e}, slower in {slower} of {len(CASES)}")
sys.exit(not worst <= 1e-3)
