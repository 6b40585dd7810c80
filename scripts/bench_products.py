#!/usr/bin/env python3
"""The masked product and its adjoint beside GEMM and PyTorch, in one run.

usage: bench_products.py [--threads=N] [--seconds=S] BENCH_MASKED

BENCH_MASKED is that program; its shapes D, G and M are also given to PyTorch,
as its users write them: ((X @ V) * D).sum (1) and X.T @ (D * r).  Prints the
ratio of the rates of the pair, and exits with 1 when one of them is under 0.8
of GEMM or under 1.4 of PyTorch, with 77 without torch.

Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.
"""
import argparse
import os
import re
import subprocess
import sys
import time

parser = argparse.ArgumentParser()
parser.add_argument("--threads", type=int, default=os.cpu_count())
parser.add_argument("--seconds", type=float, default=1)
parser.add_argument("program")
options = parser.parse_args()
os.environ["OMP_NUM_THREADS"] = str(options.threads)

try:
    import torch
except ImportError:
    print("no torch here")
    sys.exit(77)


def fastest(work):
    work()
    best, until = 1e30, time.perf_counter() + options.seconds
    while time.perf_counter() < until:
        since = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - since)
    return best


torch.set_num_threads(options.threads)
out = subprocess.run([options.program, str(options.threads),
                      str(options.seconds)], text=True, check=True,
                     stdout=subprocess.PIPE).stdout
number = r"\s*([0-9.]+)"
row = re.compile(rf"^([DGM])\s+(\w+) n={number}\s+d={number}\s+P={number}\s+"
                 rf"apply{number} of{number}.*adjoint{number} of{number}",
                 re.MULTILINE)
failed = rows = 0
print("      precision  of GEMM  of PyTorch")
for name, precision, *numbers in row.findall(out):
    n, d, count = map(int, numbers[:3])
    apply, gemm, adjoint, gemm_adjoint = map(float, numbers[3:])
    kind = torch.float32 if precision == "single" else torch.float64
    torch.manual_seed(1)
    x = torch.randn(n, d, dtype=kind)
    v = torch.randn(d, count, dtype=kind)
    r = torch.randn(n, 1, dtype=kind)
    mask = (torch.randn(n, count) > 0).to(kind)
    seconds = (fastest(lambda: ((x @ v) * mask).sum(1))
               + fastest(lambda: x.T @ (mask * r)))
    ours = (1 / apply + 1 / adjoint) * 2e-9 * n * d * count
    blas = (1 / gemm + 1 / gemm_adjoint) * 2e-9 * n * d * count
    print(f"{name:4s}  {precision:9s}  {blas / ours:7.2f}  "
          f"{seconds / ours:10.2f}")
    failed += blas < 0.8 * ours or seconds < 1.4 * ours
    rows += 1
sys.exit(failed > 0 or rows != 6)
