# SPDX-License-Identifier: Apache-2.0
"""What runtimes do, counted: for where times mean nothing, as in an emulator.

Each operation runs under strace, with all that it starts, the container's program included; and, where
the machine's clock counts instructions (tests/vm/run --icount), once more without.
"""

import ctypes
import glob
import json
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections import Counter

HYBRID = "/sys/fs/cgroup/unified"
GUEST = "/run/vm/agent"
ICOUNT = "/run/vm/icount"
LIBEXEC = "/usr/local/libexec/runlet-systemd"
PR_SET_CHILD_SUBREAPER = 36
WAIT_SECONDS = 120
TOP = 8
DRIVERS = {"cgroupfs": [], "systemd": ["--systemd-cgroup"]}
FORKS = ("clone", "clone3", "fork", "vfork")
EXECS = ("execve", "execveat")
READS = ("read", "pread64", "readv", "preadv", "preadv2", "recvfrom", "recvmsg")
WRITES = ("write", "pwrite64", "writev", "pwritev", "pwritev2", "sendto", "sendmsg")
BOTH = ("sendfile", "copy_file_range", "splice")
CALL = re.compile(r"^(\w+)\((.*?)(?:\)\s*= (-?\d+).*)?$")
BUS = re.compile(r'sun_path="[^"]*(?:bus|systemd/private)')

METRICS = ("system calls", "forks", "threads", "execs", "bytes read", "bytes written",
           "D-Bus connections", "instructions, thousands")


class Counts:
    """Of one operation: the calls by name, and METRICS' values by their titles."""

    def __init__(self):
        self.calls = Counter()
        self.values = Counter({metric: 0 for metric in METRICS[:-1]})

    def add_line(self, line):
        """One line of strace's; those of signals and exits are no calls."""
        match = CALL.match(line)
        if not match:
            return
        name, args, result = match[1], match[2], int(match[3] or -1)
        self.calls[name] += 1
        self.values["system calls"] += 1
        if name == "connect" and BUS.search(args):
            self.values["D-Bus connections"] += 1
        if result < 0:
            return
        if name in FORKS:
            self.values["threads" if "CLONE_THREAD" in args else "forks"] += 1
        elif name in EXECS:
            self.values["execs"] += 1
        if name in READS + BOTH:
            self.values["bytes read"] += result
        if name in WRITES + BOTH:
            self.values["bytes written"] += result

    def add_trace(self, prefix):
        for path in glob.glob(glob.escape(prefix) + ".*"):
            with open(path, encoding="utf-8", errors="replace") as f:
                for line in f:
                    self.add_line(line.rstrip("\n"))
            os.unlink(path)


def wait_for(condition, what):
    end = time.monotonic() + WAIT_SECONDS
    while not condition():
        if time.monotonic() > end:
            raise RuntimeError(f"not within {WAIT_SECONDS} s: {what}")
        time.sleep(0.02)


class Column:
    """A runtime with one of the two cgroup drivers."""

    def __init__(self, name, path, driver, work, state, bundles):
        self.name, self.path, self.bundles, self.work = name, path, bundles, work
        self.args = ["--root", os.path.join(state, f"count-{name}-{driver}"), *DRIVERS[driver]]
        self.serial, self.driver = 0, driver
        self.log_path = os.path.join(work, f"{name}-{driver}.stderr")
        self.prefix = []
        if name.startswith("crun") and os.path.ismount(HYBRID):
            self.prefix = ["unshare", "--mount", "--propagation", "private", "sh", "-c",
                           f'umount {HYBRID} && exec "$@"', "hide"]

    def command(self, *args, trace=None):
        strace = ["strace", "-ff", "-qq", "-o", trace] if trace else []
        return [*self.prefix, *strace, self.path, *self.args, *args]

    def spawn(self, *args, trace=None):
        with open(self.log_path, "wb") as log:
            return subprocess.Popen(self.command(*args, trace=trace), stdin=subprocess.DEVNULL,
                                    stdout=subprocess.DEVNULL, stderr=log)

    def failed(self, args, status):
        with open(self.log_path, encoding="utf-8", errors="replace") as f:
            return RuntimeError(f"{self.name} {' '.join(args)}: status {status}: {f.read().strip()[-300:]}")

    def call(self, *args, trace=None):
        status = self.spawn(*args, trace=trace).wait()
        if status:
            raise self.failed(args, status)

    def status_is(self, id_, status):
        done = subprocess.run(self.command("state", id_), capture_output=True, text=True, check=False)
        return done.returncode == 0 and json.loads(done.stdout)["status"] == status

    def new_id(self):
        self.serial += 1
        return f"bench-{self.name}-{self.driver}-{os.getpid()}-{self.serial}"

    # ---- operations: @trace is where strace writes, or None ----

    def run(self, trace):
        self.call("run", "--bundle", self.bundles.path("true"), self.new_id(), trace=trace)

    def lifecycle(self, trace):
        """strace of create ends with the container, so the call's end is seen from outside."""
        id_ = self.new_id()
        args = ["create", "--bundle", self.bundles.path("true"), id_]
        create = self.spawn(*args, trace=trace)
        if trace:
            wait_for(lambda: create.poll() is not None or self.status_is(id_, "created"), "create")
        elif create.wait():
            raise self.failed(args, create.returncode)
        if create.poll():
            raise self.failed(args, create.returncode)
        self.call("start", id_, trace=trace and trace + "-start")
        wait_for(lambda: self.status_is(id_, "stopped"), "the container's end")
        self.call("delete", id_, trace=trace and trace + "-delete")
        create.wait()

    def exec(self, trace):
        self.call("exec", self.long_id, "/bin/true", trace=trace)

    def start_long(self):
        self.long_id = self.new_id()
        self.call("run", "--detach", "--bundle", self.bundles.path("sleep"), self.long_id)

    def stop_long(self):
        self.call("delete", "--force", self.long_id)

    # ---- counting them ----

    def traced(self, operation):
        counts, prefix = Counts(), os.path.join(self.work, "trace")
        getattr(self, operation)(prefix)
        for part in ("", "-start", "-delete"):
            counts.add_trace(prefix + part)
        return counts

    def instructions(self, operation):
        """Processor time of all processes; a nanosecond of it is an instruction there."""
        read_end, write_end = os.pipe()
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
                getattr(self, operation)(None)
                reap_all()
                used = resource.getrusage(resource.RUSAGE_CHILDREN)
                os.write(write_end, repr(used.ru_utime + used.ru_stime).encode())
                status = 0
            finally:
                os._exit(status)
        os.close(write_end)
        with os.fdopen(read_end) as f:
            text = f.read()
        os.waitpid(pid, 0)
        if not text:
            raise RuntimeError(f"{self.name} {operation} failed")
        return float(text) * 1e6


def reap_all():
    try:
        while True:
            os.wait()
    except ChildProcessError:
        pass


class Row:
    def __init__(self, key, title, operation, long=False):
        self.key, self.title, self.operation, self.long = key, title, operation, long


ROWS = [
    Row("run", "run", "run"),
    Row("lifecycle", "create + start + delete", "lifecycle"),
    Row("exec", "exec", "exec", long=True),
]


def median_counts(samples):
    """What a Go program does differs from run to run: the middle one by its number of calls."""
    return sorted(samples, key=lambda c: c.values["system calls"])[len(samples) // 2]


def count(column, row, rounds):
    if row.long:
        column.start_long()
    try:
        column.traced(row.operation)    # files that the first one makes are there for the others
        counts = median_counts([column.traced(row.operation) for _ in range(rounds)])
        if os.path.exists(ICOUNT):
            samples = [column.instructions(row.operation) for _ in range(rounds)]
            counts.values[METRICS[-1]] = statistics.median(samples)
    finally:
        if row.long:
            column.stop_long()
    return counts


def top_calls(name, counts):
    calls = ", ".join(f"{n} {call}" for call, n in counts.calls.most_common(TOP))
    return f"    {name}: {calls}"


def install(runtime):
    """A guest is thrown away: what "make install" would put there is linked."""
    helper = os.path.join(os.path.dirname(os.path.abspath(runtime)), "runlet-systemd")
    if os.path.exists(GUEST) and os.path.exists(helper) and not os.path.exists(LIBEXEC):
        os.makedirs(os.path.dirname(LIBEXEC), exist_ok=True)
        os.symlink(helper, LIBEXEC)


def missing(driver):
    """Why a driver cannot be counted here; None when it can."""
    if driver == "systemd" and not os.path.isdir("/run/systemd/system"):
        return "systemd is not the init"
    return None


def count_columns(columns, row, rounds, broken):
    counted = {}
    for column in columns:
        try:
            counted[column.name] = count(column, row, rounds)
        except RuntimeError as e:
            broken.append(str(e))
    return counted


def metric_rows(title, counted):
    """Those of which anybody has any."""
    rows = []
    for metric in METRICS:
        values = {name: c.values[metric] for name, c in counted.items() if metric in c.values}
        if any(values.values()):
            rows.append((f"{title}: {metric}", "", values))
    return rows


def run_counts(programs, keys, rounds, work, state, bundles):
    """@programs: (name, path). Returns the table's rows, lines about calls, and failures."""
    rows, lines, broken = [], [], []
    if not shutil.which("strace"):
        raise RuntimeError("no strace on PATH")
    install(programs[0][1])
    for driver in DRIVERS:
        if missing(driver):
            print(f"bench: the {driver} driver is not counted: {missing(driver)}")
            continue
        columns = [Column(name, path, driver, work, state, bundles) for name, path in programs]
        for row in (r for r in ROWS if r.key in keys):
            title = f"{row.title}, {driver}"
            counted = count_columns(columns, row, rounds, broken)
            rows += metric_rows(title, counted)
            lines += [f"{title}, most frequent:"] + [top_calls(n, c) for n, c in counted.items()]
            print(f"bench: {title}: counted", file=sys.stderr, flush=True)
    return rows, lines, broken
