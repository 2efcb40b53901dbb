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
from count import ROWS as COUNT_ROWS, run_counts
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


def programs(args):
    """Ours, then every runc and crun; two of one name are told apart by a number."""
    candidates = [("runlet", args.runtime)]
    for name in ("crun", "runc"):
        paths = on_path(name)
        if not paths:
            print(f"bench: no {name} on PATH: its column is missing")
        for n, path in enumerate(paths):
            candidates.append((name + (str(n + 1) if n else ""), path))
    found = []
    for name, path in candidates:
        path = os.path.abspath(path)
        if os.access(path, os.X_OK):
            found.append((name, path))
        else:
            print(f"bench: {path} is not there: its column is missing")
    if not found:
        fail("no runtime to measure")
    return found


def columns_of(found, timer, work, state):
    rows = []
    for name, path in found:
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


def emulated():
    """Whether times mean nothing here."""
    with open("/proc/cpuinfo", encoding="utf-8") as f:
        return "QEMU TCG" in f.read()


def parse_args():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runtime", nargs="?", default="./runlet", help="default: ./runlet")
    parser.add_argument("--rounds", type=int,
                        help="40, at least 30 for medians to mean much; 3 where things are counted")
    parser.add_argument("--rows", metavar="ROW[,ROW...]",
                        help="only these: " + ", ".join(r.key for r in ROWS))
    parser.add_argument("--count", action="store_true", default=emulated(),
                        help="system calls, forks and bytes instead of times (the default in an emulator): "
                        + ", ".join(r.key for r in COUNT_ROWS))
    parser.add_argument("--containers", type=int, default=N_MANY, metavar="N",
                        help=f"list so many containers instead of {N_MANY}")
    args = parser.parse_args()
    keys = [r.key for r in (COUNT_ROWS if args.count else ROWS)]
    args.rounds = args.rounds or (3 if args.count else 40)
    args.rows = args.rows.split(",") if args.rows else keys
    unknown = set(args.rows) - set(keys)
    if unknown:
        parser.error("no such row: " + ", ".join(sorted(unknown)))
    return args


def report(broken):
    for text in broken:
        print("bench: " + text, file=sys.stderr)
    return 1 if broken else 0


def spec_of(found):
    """Whose "spec" makes the configuration: runc's if it is there."""
    return next((path for name, path in found if name == "runc"), found[0][1])


def count(args, work, state):
    found = programs(args)
    bundles = Bundles(work, spec_of(found), compiled=False)
    rows, lines, broken = run_counts(found, args.rows, args.rounds, work, state, bundles)
    table(rows, [name for name, _ in found])
    print("\n" + "\n".join(lines))
    return report(broken)


def measure(args, work, state, columns):
    found = programs(args)
    timer = build(work, "timer", [])
    columns += columns_of(found, timer, work, state)
    bundles = Bundles(work, spec_of(found))
    for c in columns:
        c.bundles = bundles
    columns.append(Floor(build(work, "floor", BARE), timer, work))
    rows = run_rows(columns, args.rows, args.rounds, args.containers)
    print(f"\nmedians of {args.rounds} interleaved rounds (a peak below the timer's own "
          f"{columns[0].timer.own_kib} KiB is uncertain)\n")
    table(rows, [c.name for c in columns])
    return report([c.broken for c in columns if c.broken])


def main():
    args = parse_args()
    if os.geteuid() != 0:
        fail("needs root")
    os.environ["PATH"] = os.environ.get("PATH", "") + ":/usr/local/sbin:/usr/sbin:/sbin"
    work = tempfile.mkdtemp(prefix="runlet-bench-")
    state = state_dir(work)
    columns = []
    try:
        if args.count:
            return count(args, work, state)
        return measure(args, work, state, columns)
    except RuntimeError as e:
        return fail(str(e))
    finally:
        for c in columns:
            c.timer.close()
        clean([work, state])


if __name__ == "__main__":
    sys.exit(main())
