#!/usr/bin/env python3
"""Other programs on the same instances: numpy FISTA, scikit-learn, cvxopt, CSDP.

usage: bench_peers.py [--out=FOLDER] [--only=NAMES] [--quick] FOLDER

Writes peers.csv beside the results of bench_run, with the same meaning of
the columns.  One thread, so that the unit u (one 2000^3 DGEMM on one thread,
measured here too) and the times belong together.

Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.
"""
import argparse
import csv
import json
import os
import resource
import shutil
import subprocess
import tempfile
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
import numpy as np  # noqa: E402  (after the number of threads is set)

try:
    import cvxopt
except ImportError:
    cvxopt = None

try:
    from sklearn.linear_model import Lasso
except ImportError:
    Lasso = None

try:
    import torch
except ImportError:
    torch = None

TOLERANCES = (1e-3, 1e-6, 1e-8, 1e-9)
N_CSDP = 200  # rows of E for CSDP: bench_run has them as E200


def unit():
    """Seconds of one 2000^3 DGEMM, the best of three."""
    a = np.random.default_rng(1).random((2000, 2000))
    best = np.inf
    a @ a
    for _ in range(3):
        since = time.perf_counter()
        a @ a
        best = min(best, time.perf_counter() - since)
    return best


class Gated:
    """min 1/2 |sum_i D_i X x_i - y|^2 + beta sum_i |x_i|."""

    def __init__(self, z, beta):
        self.X, self.y, self.beta = z["X"], z["y"], beta
        self.D = (self.X @ z["G"] >= 0).astype(float)
        self.shape = (self.X.shape[1], self.D.shape[1])

    def apply(self, v):
        return ((self.X @ v) * self.D).sum(axis=1)

    def adjoint(self, r):
        return self.X.T @ (self.D * r[:, None])

    def norms(self, v):
        return np.sqrt((v * v).sum(axis=0))

    def value(self, v):
        return self.norms(v).sum()

    def dual(self, g):
        return self.norms(g).max()

    def prox(self, v, t):
        return v * np.maximum(1 - t / np.maximum(self.norms(v), 1e-300), 0)


class Torch(Gated):
    """The same in PyTorch, as its users write it."""

    precision = "float64"

    def __init__(self, z, beta):
        super().__init__(z, beta)
        kind = getattr(torch, self.precision)
        self.tX = torch.from_numpy(np.ascontiguousarray(self.X)).to(kind)
        self.tD = torch.from_numpy(self.D).to(kind)
        self.D = None

    def apply(self, v):
        v = torch.from_numpy(v).to(self.tX.dtype)
        return ((self.tX @ v) * self.tD).sum(dim=1).double().numpy()

    def adjoint(self, r):
        r = torch.from_numpy(r).to(self.tX.dtype)
        return (self.tX.T @ (self.tD * r[:, None])).double().numpy()


class TorchSingle(Torch):
    precision = "float32"


class LinearCnn:
    """min 1/2 |sum_k X_k z_k - y|^2 + beta |Z|_*."""

    def __init__(self, z, beta):
        X = z["X"]
        self.y, self.beta = z["y"], beta
        self.shape = X.shape[1:]
        self.X = np.ascontiguousarray(X.reshape(X.shape[0], -1))

    def apply(self, v):
        return self.X @ v.ravel()

    def adjoint(self, r):
        return (self.X.T @ r).reshape(self.shape)

    def value(self, v):
        return np.linalg.svd(v, compute_uv=False).sum()

    def dual(self, g):
        return np.linalg.svd(g, compute_uv=False)[0]

    def prox(self, v, t):
        u, s, w = np.linalg.svd(v, full_matrices=False)
        return (u * np.maximum(s - t, 0)) @ w


class Circular:
    """min 1/2 |X w - y|^2 + beta / d |fft w|_1, over c = fft w."""

    def __init__(self, z, beta):
        self.X, self.y, self.beta = z["X"], z["y"], beta
        self.shape = (self.X.shape[1],)

    def apply(self, v):
        return self.X @ v

    def adjoint(self, r):
        return self.X.T @ r

    def value(self, v):
        return np.abs(np.fft.fft(v)).sum() / len(v)

    def dual(self, g):
        return np.abs(np.fft.fft(g)).max()

    def prox(self, v, t):
        c = np.fft.rfft(v)
        size = np.maximum(np.abs(c), 1e-300)
        return np.fft.irfft(c * np.maximum(1 - t / size, 0), len(v))


def gap(p, v, r):
    """Objective, bound: the residual scaled into the dual."""
    objective = r @ r / 2 + p.beta * p.value(v)
    nu = -r
    nu = nu * min(1, p.beta / max(p.dual(p.adjoint(nu)), 1e-300))
    return objective, p.y @ nu - nu @ nu / 2


def fista(p, limit, report):
    """Fixed step 1/L, restart when the step turns against the momentum."""
    since = time.perf_counter()
    p = p()
    rng = np.random.default_rng(0)
    v = rng.standard_normal(p.shape)
    lip = 1.0
    for _ in range(30):
        v = p.adjoint(p.apply(v / np.linalg.norm(v)))
        lip = np.linalg.norm(v)
    lip *= 1.01
    x = z = np.zeros(p.shape)
    t, bound, wanted, k = 1.0, -np.inf, list(TOLERANCES), 0
    while wanted and time.perf_counter() - since < limit:
        k += 1
        new = p.prox(z - p.adjoint(p.apply(z) - p.y) / lip, p.beta / lip)
        if ((z - new) * (new - x)).sum() > 0:
            t = 1.0
        after = (1 + np.sqrt(1 + 4 * t * t)) / 2
        z = new + (t - 1) / after * (new - x)
        x, t = new, after
        if k % 10 == 0:
            objective, own = gap(p, x, p.apply(x) - p.y)
            bound = max(bound, own)
            while wanted and objective - bound <= wanted[0] * objective:
                report(wanted.pop(0), time.perf_counter() - since, objective,
                       bound, k)


def products(model, z, beta, seconds=1.0):
    """GFLOP/s of the masked product and its adjoint."""
    p = model(z, beta)
    v, r = np.ones(p.shape), np.ones(len(p.y))
    best, until = np.inf, time.perf_counter() + seconds
    p.adjoint(p.apply(v))
    while time.perf_counter() < until:
        since = time.perf_counter()
        p.apply(v)
        p.adjoint(r)
        best = min(best, time.perf_counter() - since)
    return 4e-9 * len(p.y) * v.size / best


def relu_blocks(z):
    """Blocks of the exact program (8): columns of A, and -(2 D_k - I) X."""
    X, D = z["X"], z["D"].astype(float)
    n, d = X.shape
    masks = np.repeat(D.T, 2, axis=0)
    A = np.zeros((len(masks), n, d + 1))
    A[:, :, 1:] = masks[:, :, None] * X
    A[1::2] *= -1
    return A, -(2 * masks - 1)[:, :, None] * X


def circular_blocks(z):
    """Frequencies of w as blocks (re, im) of size 1 in (1/d) |fft w|_1."""
    X = z["X"]
    n, d = X.shape
    F = np.fft.fft(X, axis=1).T  # X times cosines and minus sines
    A = np.zeros((d // 2 + 1, n, 3))
    A[:, :, 1] = F[:d // 2 + 1].real
    A[:, :, 2] = F[:d // 2 + 1].imag
    for k in (0, d // 2) if d % 2 == 0 else (0,):
        A[k, :, 2] = 0
    return A, np.zeros((len(A), 0, 2))


def cone_program(blocks, z, beta, limit, report):
    """Blocks with second-order and linear cones through cvxopt's coneqp.

    Block k holds (t_k, x_k) with |x_k| <= t_k and cone_k x_k <= 0.  The Newton
    system is block diagonal plus A'A of rank n, so that it is solved through
    an n x n matrix; without that a few hundred patterns take minutes.
    """
    start = time.perf_counter()
    y = z["y"]
    A, cone = blocks(z)
    P, n, d = A.shape[0], A.shape[1], A.shape[2] - 1
    m = cone.shape[1]
    block = np.arange(P)[:, None, None] * (d + 1)
    rows = np.arange(P * m).reshape(P, m, 1) + np.zeros((1, 1, d), int)
    cols = block + 1 + np.arange(d) + np.zeros((1, m, 1), int)
    at = np.arange(P * (d + 1))
    G = cvxopt.spmatrix(
        cvxopt.matrix(np.r_[cone.ravel(), -np.ones(at.size)]),
        cvxopt.matrix(np.r_[rows.ravel(), P * m + at]),
        cvxopt.matrix(np.r_[cols.ravel(), at]),
        (P * m + at.size, at.size))
    q = np.zeros((P, d + 1))
    q[:, 0] = beta
    q -= np.einsum("pnk,n->pk", A, y)

    def times(u):
        u = np.array(u).reshape(P, d + 1)
        return np.einsum("pnk,n->pk", A,
                         np.einsum("pnk,pk->n", A, u)).ravel()

    def quadratic(u, v, alpha=1.0, beta=0.0):
        v *= beta
        v += alpha * cvxopt.matrix(times(u))

    def factor(W):
        mirror = np.diag(np.r_[1.0, -np.ones(d)])
        v = np.array([np.array(c).ravel() for c in W["v"]]) @ mirror
        root = ((2 * v[:, :, None] * v[:, None, :] - mirror)
                / np.array(W["beta"])[:, None, None])
        H = root @ root
        scaled = cone * np.array(W["di"]).reshape(P, m, 1)
        H[:, 1:, 1:] += scaled.transpose(0, 2, 1) @ scaled
        try:
            inverse = np.linalg.inv(H)
        except np.linalg.LinAlgError as error:
            raise ArithmeticError from error  # ends the method, not us
        HA = np.einsum("pjk,pnk->pjn", inverse, A)
        K = np.eye(n) + np.einsum("pnj,pjm->nm", A, HA)

        def solve(bx, by, bz):
            cvxopt.misc.scale(bz, W, trans="T", inverse="I")
            w = +bz
            cvxopt.misc.scale(w, W, inverse="I")
            cvxopt.base.gemv(G, w, bx, trans="T", beta=1.0)
            r = np.array(bx).reshape(P, d + 1)
            u = np.einsum("pjk,pk->pj", inverse, r)
            u -= np.einsum("pjn,n->pj", HA, np.linalg.solve(
                K, np.einsum("pnk,pk->n", A, u)))
            bx[:] = cvxopt.matrix(u.ravel())
            # W uz = W^-T (G ux - bz); bz holds W^-T bz.
            w = cvxopt.matrix(0.0, (G.size[0], 1))
            cvxopt.base.gemv(G, bx, w)
            cvxopt.misc.scale(w, W, trans="T", inverse="I")
            bz[:] = w - bz

        return solve

    for tol in TOLERANCES:
        if time.perf_counter() - start > limit:
            break
        since = time.perf_counter()
        cvxopt.solvers.options.update(show_progress=False, abstol=tol / 100,
                                      reltol=tol / 100, feastol=tol / 100)
        s = cvxopt.solvers.coneqp(
            quadratic, cvxopt.matrix(q.ravel()), G,
            cvxopt.matrix(0.0, (G.size[0], 1)),
            {"l": P * m, "q": [d + 1] * P, "s": []}, kktsolver=factor)
        half = y @ y / 2
        report(tol, time.perf_counter() - since,
               s["primal objective"] + half, s["dual objective"] + half,
               s["iterations"])


def nuclear_dual(z, beta, limit, report):
    """max y'v - |v|^2 / 2 with sigma_max (sum_i v_i X_i) <= beta: one
    semidefinite cone of size h + K, through coneqp."""
    start = time.perf_counter()
    X, y = z["X"], z["y"]
    n, k, h = X.shape
    G = np.zeros((n, k + h, k + h))
    G[:, k:, :k] = -X.transpose(0, 2, 1)
    G[:, :k, k:] = -X
    G = cvxopt.matrix(G.reshape(n, -1).T)
    for tol in TOLERANCES:
        if time.perf_counter() - start > limit:
            break
        since = time.perf_counter()
        cvxopt.solvers.options.update(show_progress=False, abstol=tol / 100,
                                      reltol=tol / 100, feastol=tol / 100)
        s = cvxopt.solvers.coneqp(
            cvxopt.spmatrix(1.0, range(n), range(n)), cvxopt.matrix(-y), G,
            cvxopt.matrix(beta * np.eye(k + h).ravel()),
            {"l": 0, "q": [], "s": [k + h]})
        report(tol, time.perf_counter() - since, -s["dual objective"],
               -s["primal objective"], s["iterations"])


def csdp(z, beta, limit, report):
    """The same on the first rows through CSDP, |v|^2 <= t as a second cone:
    [I, v; v', t] >= 0."""
    X, y = z["X"][:N_CSDP], z["y"][:N_CSDP]
    n, k, h = X.shape
    lines = [str(n + 1), "2", f"{k + h} {n + 1}",
             " ".join(f"{v:.17g}" for v in np.r_[-y, 0.5])]
    lines += [f"0 1 {i} {i} {-beta:.17g}" for i in range(1, k + h + 1)]
    lines += [f"0 2 {i} {i} -1" for i in range(1, n + 1)]
    for i in range(n):
        lines += [f"{i + 1} 1 {a + 1} {k + b + 1} {X[i, a, b]:.17g}"
                  for a in range(k) for b in range(h)]
        lines.append(f"{i + 1} 2 {i + 1} {n + 1} 1")
    lines.append(f"{n + 1} 2 {n + 1} {n + 1} 1")
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "e.dat-s")
        with open(path, "w") as file:
            file.write("\n".join(lines) + "\n")
        since = time.perf_counter()
        try:
            words = subprocess.run(["csdp", path], capture_output=True,
                                   text=True, timeout=limit,
                                   check=False).stdout
        except subprocess.TimeoutExpired:
            return
        seconds = time.perf_counter() - since
    found = {line.split(":")[0].strip(): float(line.split(":")[1].split()[0])
             for line in words.splitlines() if "objective value" in line}
    ends = sorted(-v for v in found.values())
    report(1e-6, seconds, ends[1], ends[0], 0)


def lasso(z, beta, limit, report):
    """Gated with penalty l1 is the lasso on the columns [D_1 X .. D_P X]:
    coordinate descent of scikit-learn, whose loss is over 2 n."""
    X, y = z["X"], z["y"]
    began = since = time.perf_counter()
    D = X @ z["G"] >= 0
    A = np.asfortranarray((D[:, :, None] * X[:, None, :]).reshape(len(y), -1))
    for tol in TOLERANCES:
        model = Lasso(alpha=beta / len(y), fit_intercept=False, tol=tol / 2,
                      max_iter=100000)
        w = model.fit(A, y).coef_
        r = y - A @ w
        nu = r * min(1, beta / np.abs(A.T @ r).max())
        report(tol, time.perf_counter() - since,
               r @ r / 2 + beta * np.abs(w).sum(), nu @ y - nu @ nu / 2,
               model.n_iter_)
        if time.perf_counter() - began > limit:
            return
        since = time.perf_counter()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("-o", "--out", default="bench-results")
    parser.add_argument("-n", "--only", default=None)
    parser.add_argument("-q", "--quick", action="store_true")
    parser.add_argument("-l", "--limit", type=float, default=120)
    parser.add_argument("-a", "--all", action="store_true")
    parser.add_argument("-t", "--threads", default=1,
                        type=int,
                        help="of PyTorch; other peers run on one")
    choice = parser.parse_args()
    if torch is not None:
        torch.set_num_threads(choice.threads)
    with open(os.path.join(choice.folder, "reference_optima.json")) as file:
        optima = json.load(file)
    jobs = [
        ("A-2", "A.npz", 1e-2, "A_beta0.01", cone_program, relu_blocks),
        ("A-3", "A.npz", 1e-3, "A_beta0.001", cone_program, relu_blocks),
        ("B", "B.npz", 1e-2, "B_beta0.01", cone_program, relu_blocks),
        ("Cg", "C.npz", 130, "Cg", fista, Gated),
        ("Cg", "C.npz", 130, "Cg", fista, Torch),
        ("C-l1", "C.npz", 13, None, lasso, None),
        ("F", "F.npz", 7000, "F", fista, Circular),
        ("F", "F.npz", 7000, "F", cone_program, circular_blocks),
        ("E", "E.npz", 39, "E", fista, LinearCnn),
        ("E", "E.npz", 39, "E", nuclear_dual, None),
        ("E200", "E.npz", 39, None, csdp, None),
        ("D", "D.npz", 400, "D", fista, Gated),
        ("D", "D.npz", 400, "D", fista, Torch),
        ("D", "D.npz", 400, "D", fista, TorchSingle),
        ("G", "G.npz", 3000, "G", fista, Gated),
        ("G", "G.npz", 3000, "G", fista, Torch),
        ("G", "G.npz", 3000, "G", fista, TorchSingle),
    ]
    path = os.path.join(choice.out, "peers.csv")
    os.makedirs(choice.out, exist_ok=True)
    with open(path, "w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["kind", "name", "method", "threads", "tol", "seconds",
                      "units", "unit_seconds", "gap", "objective", "bound",
                      "off_reference", "iterations", "megabytes", "status"])
        for name, data, beta, key, method, model in jobs:
            if choice.only and name not in choice.only.split(","):
                continue
            if choice.quick and name in ("B", "D", "G"):
                continue
            if method in (cone_program, nuclear_dual) and cvxopt is None:
                print(f"{name}: no cvxopt")
                continue
            if method is lasso and Lasso is None:
                print(f"{name}: no scikit-learn")
                continue
            peer = isinstance(model, type) and issubclass(model, Torch)
            if peer and torch is None:
                print(f"{name}: no torch")
                continue
            if method is csdp and shutil.which("csdp") is None:
                print(f"{name}: no csdp")
                continue
            source = os.path.join(choice.folder, data)
            if not os.path.exists(source):
                print(f"{name}: no file {source}")
                continue
            u = unit()
            best = optima[key]["objective"] if key else float("nan")
            words = (f"torch fista {model.precision}" if peer
                     else {fista: "numpy fista", csdp: "csdp",
                           lasso: "scikit-learn lasso"}.get(
                         method, "cvxopt coneqp"))

            def report(tol, seconds, objective, bound, iterations):
                peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
                found = (objective - bound) / abs(objective)
                out.writerow(["peer", name, words,
                              choice.threads if peer else 1, tol, f"{seconds:.6g}",
                              f"{seconds / u:.6g}", f"{u:.6g}",
                              f"{found:.3g}", f"{objective:.12g}",
                              f"{bound:.12g}",
                              f"{(objective - best) / best:.3g}", iterations,
                              f"{peak / 1024:.1f}",
                              "ok" if found <= tol else "not reached"])
                file.flush()
                print(f"peer      {name:9s} {words:22s} tol {tol:.0e} "
                      f"{seconds:9.3f} s {seconds / u:9.3f} u", flush=True)

            with np.load(source) as loaded:
                z = {k: loaded[k] for k in loaded.files}
            if peer:
                rate = products(model, z, beta)
                print(f"product   {name:9s} torch {model.precision} "
                      f"{rate:.1f} GFLOP/s, {choice.threads} threads",
                      flush=True)
            if method is fista:
                fista(lambda: model(z, beta), choice.limit, report)
            elif method is cone_program:
                cone_program(model, z, beta, choice.limit, report)
            else:
                method(z, beta, choice.limit, report)
    print(f"wrote {path}")


if __name__ == "__main__":
    main()
