#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compare OCI runtimes and the floor in one interleaved run; README.md says what is measured."""

import argparse
import glob
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
HYBRID = "/sys/fs/cgroup/unified"
CFLAGS = ["-std=gnu11", "-D_GNU_SOURCE", "-O2", "-static", "-s"]
BARE = ["-nostdlib", "-ffreestanding", "-fno-builtin", "-fno-stack-protector"]


def fail(text):
    sys.exit("bench: " + text)


def build(work, name, flags):
    out = os.path.join(work, name)
    cc = os.environ.get("CC", "cc").split()
    subprocess.run(cc + CFLAGS + flags + ["-o", out, os.path.join(HERE, name + ".c")], check=True)
    return out


class Timer:
    """A timer program, which spawns and measures; crun's has a mount namespace of its own."""

    def __init__(self, program, hide, cwd, log):
        args = [program] + (["--hide", HYBRID] if hide else [])
        self.process = subprocess.Popen(args, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=log, cwd=cwd, text=True, bufsize=1)
        self.own_kib = int(self.process.stdout.readline())

    def run(self, *args):
        self.process.stdin.write("\x1f".join(args) + "\n")
        answer = self.process.stdout.readline().split()
        if len(answer) != 3:
            raise RuntimeError("the timer ended")
        return int(answer[0]), int(answer[1]), int(answer[2])

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Runtime:
    """One column: how to run, create, start, delete and exec with it."""

    def __init__(self, name, path, timer_program, work, hide):
        self.name, self.path, self.broken = name, path, None
        self.root = os.path.join(work, "root-" + name)
        self.log_path = os.path.join(work, name + ".stderr")
        self.log = open(self.log_path, "w")
        self.bundles = {k: os.path.join(work, "bundle-" + k) for k in ("true", "tiny", "sleep")}
        self.timer = Timer(timer_program, hide, work, self.log)
        self.serial = 0

    def call(self, *args):
        ns, kib, status = self.timer.run(self.path, "--root", self.root, *args)
        if status:
            with open(self.log_path) as f:
                raise RuntimeError(f"{self.name} {' '.join(args)}: status {status}: "
                                   + f.read().strip()[-300:])
        return ns, kib

    def new_id(self):
        self.serial += 1
        return f"bench-{self.name}-{os.getpid()}-{self.serial}"

    def time_run(self):
        return self.call("run", "--bundle", self.bundles["true"], self.new_id())[0] / 1e6

    def memory_run(self):
        return self.call("run", "--bundle", self.bundles["tiny"], self.new_id())[1]

    def time_lifecycle(self):
        id_ = self.new_id()
        ns = self.call("create", "--bundle", self.bundles["true"], id_)[0]
        ns += self.call("start", id_)[0]
        return (ns + self.call("delete", "--force", id_)[0]) / 1e6

    def start_long(self):
        self.long_id = self.new_id()
        pid_file = os.path.join(self.root + "-pid")
        self.call("create", "--bundle", self.bundles["sleep"], "--pid-file", pid_file,
                  self.long_id)
        with open(pid_file) as f:
            self.init_kib = vm_rss_kib(int(f.read()))
        self.call("start", self.long_id)

    def stop_long(self):
        self.call("delete", "--force", self.long_id)

    def time_exec(self):
        return self.call("exec", self.long_id, "/bin/true")[0] / 1e6

    def memory_exec(self):
        return self.call("exec", self.long_id, "/bin/tiny")[1]


class Floor:
    name, broken = "floor", None

    def __init__(self, path, timer_program, work):
        self.path, self.rootfs, self.serial = path, os.path.join(work, "rootfs"), 0
        self.timer = Timer(timer_program, False, work, None)

    def time_run(self):
        self.serial += 1
        ns, _, status = self.timer.run(self.path, self.rootfs, f"bench-floor-{os.getpid()}-"
                                       f"{self.serial}", "/bin/true")
        if status:
            raise RuntimeError(f"floor: status {status}")
        return ns / 1e6

    def memory_run(self):
        self.serial += 1
        return self.timer.run(self.path, self.rootfs,
                              f"bench-floor-{os.getpid()}-{self.serial}", "/bin/tiny")[1]


def vm_rss_kib(pid):
    with open(f"/proc/{pid}/status") as f:
        for line in f:
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
    return 0


def make_bundles(work, runc):
    """The root filesystem of a static busybox, and the default config with three commands."""
    busybox = shutil.which("busybox")
    if not busybox:
        fail("no busybox on PATH (Debian: busybox-static)")
    rootfs = os.path.join(work, "rootfs")
    for d in ("bin", "dev", "etc", "proc", "sys", "tmp"):
        os.makedirs(os.path.join(rootfs, d))
    shutil.copy(os.path.realpath(busybox), os.path.join(rootfs, "bin/busybox"))
    for applet in ("true", "sleep", "sh"):
        os.symlink("busybox", os.path.join(rootfs, "bin", applet))
    shutil.move(build(work, "true", BARE), os.path.join(rootfs, "bin/tiny"))
    spec = os.path.join(work, "spec")
    os.mkdir(spec)
    subprocess.run([runc, "spec"], cwd=spec, check=True)
    with open(os.path.join(spec, "config.json")) as f:
        config = json.load(f)
    config["process"]["terminal"] = False
    commands = {"true": ["/bin/true"], "tiny": ["/bin/tiny"], "sleep": ["/bin/sleep", "86400"]}
    for name, args in commands.items():
        config["process"]["args"] = args
        os.mkdir(os.path.join(work, "bundle-" + name))
        os.symlink(rootfs, os.path.join(work, "bundle-" + name, "rootfs"))
        config["root"]["path"] = rootfs
        with open(os.path.join(work, "bundle-" + name, "config.json"), "w") as f:
            json.dump(config, f)


def stripped_kib(path, work):
    copy = os.path.join(work, "stripped")
    shutil.copy(path, copy)
    subprocess.run(["strip", copy], check=False, stderr=subprocess.DEVNULL)
    size = os.path.getsize(copy)
    os.unlink(copy)
    return size / 1024


def on_path(name):
    """Every distinct program of this name on PATH, sbin included."""
    found = {}
    dirs = os.environ.get("PATH", "").split(":") + ["/usr/local/sbin", "/usr/sbin", "/sbin"]
    for d in dirs:
        p = os.path.join(d or ".", name)
        if os.access(p, os.X_OK) and os.path.isfile(p):
            found.setdefault(os.path.realpath(p), p)
    return list(found.values())


def runtimes(args, timer, work):
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
        rows.append(Runtime(name, path, timer, work, hide))
    return rows


def measure(columns, method, rounds):
    """Interleaved: every round calls each column once, in a new order. Two rounds warm up."""
    samples = {c.name: [] for c in columns}
    active = [c for c in columns if hasattr(c, method) and not c.broken]
    for n in range(rounds + 2):
        random.shuffle(active)
        for c in list(active):
            try:
                value = getattr(c, method)()
            except RuntimeError as e:
                c.broken = str(e)
                active.remove(c)
                continue
            if n >= 2:
                samples[c.name].append(value)
    return {k: statistics.median(v) for k, v in samples.items() if v}


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


def rows_of(columns, rounds, work):
    real = [c for c in columns if isinstance(c, Runtime)]
    rows = [("run /bin/true", "ms", measure(columns, "time_run", rounds)),
            ("create + start + delete", "ms", measure(real, "time_lifecycle", rounds))]
    for c in real:
        if not c.broken:
            try:
                c.start_long()
            except RuntimeError as e:
                c.broken = str(e)
    try:
        rows.append(("exec /bin/true", "ms", measure(real, "time_exec", rounds)))
        rows.append(("peak memory: run", "KiB", measure(columns, "memory_run", max(5, rounds // 5))))
        rows.append(("peak memory: exec", "KiB", measure(real, "memory_exec", max(5, rounds // 5))))
        rows.append(("init before start", "KiB", {c.name: c.init_kib for c in real
                                                  if hasattr(c, "init_kib")}))
    finally:
        for c in real:
            if hasattr(c, "long_id"):
                c.broken = None
                c.stop_long()
    rows.append(("program, stripped", "KiB", {c.name: stripped_kib(c.path, work) for c in columns}))
    return rows


def clean(work):
    """What a runtime that failed half-way left: cgroups by our name (all empty by then)."""
    for d in glob.glob(f"/sys/fs/cgroup/**/bench-*-{os.getpid()}-*", recursive=True):
        try:
            os.rmdir(d)
        except OSError:
            print(f"bench: {d} is left", file=sys.stderr)
    shutil.rmtree(work, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runtime", nargs="?", default="./runlet", help="default: ./runlet")
    parser.add_argument("--rounds", type=int, default=40, help="at least 30 for medians to mean much")
    args = parser.parse_args()
    if os.geteuid() != 0:
        fail("needs root")
    os.environ["PATH"] = os.environ.get("PATH", "") + ":/usr/local/sbin:/usr/sbin:/sbin"
    work = tempfile.mkdtemp(prefix="runlet-bench-")
    columns = []
    try:
        timer = build(work, "timer", [])
        columns = runtimes(args, timer, work)
        if not columns:
            fail("no runtime to measure")
        make_bundles(work, next((c.path for c in columns if c.name == "runc"), columns[0].path))
        columns.append(Floor(build(work, "floor", BARE), timer, work))
        own = columns[0].timer.own_kib
        rows = rows_of(columns, args.rounds, work)
        print(f"\nmedians of {args.rounds} interleaved rounds (a peak below the timer's own {own} KiB is "
              "uncertain)\n")
        table(rows, [c.name for c in columns])
        broken = [c.broken for c in columns if c.broken]
        for text in broken:
            print("bench: " + text, file=sys.stderr)
        return 1 if broken else 0
    finally:
        for c in columns:
            c.timer.close()
        clean(work)


if __name__ == "__main__":
    sys.exit(main())
