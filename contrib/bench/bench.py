#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compare OCI runtimes and the floor in one interleaved run; README.md says what is measured."""

import argparse
import glob
import os
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True  # not into the source tree

from bundles import BARE, Bundles, build
from rows import N_MANY, ROWS, run_rows
from runtimes import Floor, HYBRID, Runtime


def fail(text):
    sys.exit("bench: " + text)


def on_path(name):
    """Every distinct program of this name on PATH, sbin included."""
    found = {}
    dirs = os.environ.get("PATH", "").split(":") + ["/usr/local/sbin", "/usr/sbin", "/sbin"]
    for d in dirs:
        p = os.path.join(d or ".", name)
        if os.access(p, os.X_OK) and os.path.isfile(p):
            found.setdefault(os.path.realpath(p), p)
    return list(found.values())


def runtimes(args, timer, work, state):
    """Ours, then every runc and crun; two of one name are told apart by a number."""
    candidates = [("runlet", args.runtime)]
    for name in ("crun", "runc"):
        paths = on_path(name)
        if not paths:
            print(f"bench: no {name} on PATH: its column is missing")
        for n, path in enumerate(paths):
            candidates.append((name + (str(n + 1) if n else ""), path))
    rows = []
    for name, path in candidates:
        path = os.path.abspath(path)
        if not os.access(path, os.X_OK):
            print(f"bench: {path} is not there: its column is missing")
            continue
        hide = name.startswith("crun") and os.path.ismount(HYBRID)
        if hide:
            print(f"bench: {name} runs without {HYBRID}, as it refuses hybrid cgroups")
        rows.append(Runtime(name, path, timer, work, state, hide))
    return rows


def table(rows, names):
    pairs = [("runlet", other) for other in names if other != "runlet"]
    head = ["", "unit"] + names + [f"{a}/{b}" for a, b in pairs]
    lines = [head]
    for title, unit, values in rows:
        cells = [title, unit]
        for n in names:
            v = values.get(n)
            cells.append("-" if v is None else f"{v:.2f}" if unit == "ms" else f"{v:.0f}")
        for a, b in pairs:
            both = values.get(a) and values.get(b)
            cells.append(f"{values[a] / values[b]:.2f}" if both else "-")
        lines.append(cells)
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
    for n, line in enumerate(lines):
        print("  ".join(c.ljust(w) if i == 0 else c.rjust(w)
                        for i, (c, w) in enumerate(zip(line, widths))).rstrip())
        if n == 0:
            print("  ".join("-" * w for w in widths))


def is_tmpfs(path):
    kind = subprocess.run(["stat", "-f", "-c", "%T", path], capture_output=True, text=True)
    return kind.stdout.strip() == "tmpfs"


def state_dir(work):
    """Where the runtimes keep their state: /run is in memory, or should be."""
    for path in ("/run", "/dev/shm"):
        if is_tmpfs(path):
            return tempfile.mkdtemp(prefix="runlet-bench-", dir=path)
    print("bench: neither /run nor /dev/shm is a tmpfs: the state is on disk")
    return os.path.join(work, "state")


def clean(dirs):
    """What a runtime that failed half-way left: cgroups by our name (all empty by then)."""
    for d in glob.glob(f"/sys/fs/cgroup/**/bench-*-{os.getpid()}-*", recursive=True):
        try:
            os.rmdir(d)
        except OSError:
            print(f"bench: {d} is left", file=sys.stderr)
    for d in dirs:
        shutil.rmtree(d, ignore_errors=True)


def parse_args():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runtime", nargs="?", default="./runlet", help="default: ./runlet")
    parser.add_argument("--rounds", type=int, default=40, help="at least 30 for medians to mean much")
    parser.add_argument("--rows", default=",".join(r.key for r in ROWS), metavar="ROW[,ROW...]",
                        help="only these: " + ", ".join(r.key for r in ROWS))
    parser.add_argument("--containers", type=int, default=N_MANY, metavar="N",
                        help=f"list so many containers instead of {N_MANY}")
    args = parser.parse_args()
    args.rows = args.rows.split(",")
    unknown = set(args.rows) - {r.key for r in ROWS}
    if unknown:
        parser.error("no such row: " + ", ".join(sorted(unknown)))
    return args


def main():
    args = parse_args()
    if os.geteuid() != 0:
        fail("needs root")
    os.environ["PATH"] = os.environ.get("PATH", "") + ":/usr/local/sbin:/usr/sbin:/sbin"
    work = tempfile.mkdtemp(prefix="runlet-bench-")
    state = state_dir(work)
    columns = []
    try:
        timer = build(work, "timer", [])
        columns = runtimes(args, timer, work, state)
        if not columns:
            fail("no runtime to measure")
        bundles = Bundles(work, next((c.path for c in columns if c.name == "runc"), columns[0].path))
        for c in columns:
            c.bundles = bundles
        columns.append(Floor(build(work, "floor", BARE), timer, work))
        rows = run_rows(columns, args.rows, args.rounds, args.containers)
        print(f"\nmedians of {args.rounds} interleaved rounds (a peak below the timer's own "
              f"{columns[0].timer.own_kib} KiB is uncertain)\n")
        table(rows, [c.name for c in columns])
        broken = [c.broken for c in columns if c.broken]
        for text in broken:
            print("bench: " + text, file=sys.stderr)
        return 1 if broken else 0
    except RuntimeError as e:
        return fail(str(e))
    finally:
        for c in columns:
            c.timer.close()
        clean([work, state])


if __name__ == "__main__":
    sys.exit(main())
