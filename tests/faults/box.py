# SPDX-License-Identifier: Apache-2.0
"""Box: a bundle, a state root and an id for one worker, and what is true of them.

What a runtime says is compared here with what the kernel says; nothing of this asks the runtime.
"""
import json
import os
import select
import shutil
import signal
import subprocess
import time

MAGIC_MOUNTS = ("cgroup", "cgroup2")
PF_EXITING = 0x4
PF_FORKNOEXEC = 0x40
HANG_S = 10


class Result:
    """How a program ended."""

    def __init__(self, rc, out, err):
        self.rc, self.out, self.err = rc, out, err

    def lines(self):
        return [line for line in self.err.splitlines() if line.strip()]


def run(argv, timeout=2 * HANG_S, extra_fds=(), stdin=subprocess.DEVNULL, env=None):
    """Runs a program; rc is None when it had to be killed for its slowness."""
    out, err = os.memfd_create("out"), os.memfd_create("err")
    try:
        child = subprocess.Popen(argv, stdin=stdin, stdout=out, stderr=err, env=env,
                                 pass_fds=extra_fds)
        pidfd = os.pidfd_open(child.pid)
        poll = select.poll()
        poll.register(pidfd, select.POLLIN)
        ended = poll.poll(timeout * 1000)
        os.close(pidfd)
        if not ended:
            child.kill()
        rc = child.wait()
        texts = [os.pread(fd, 1 << 20, 0).decode(errors="replace") for fd in (out, err)]
    finally:
        os.close(out)
        os.close(err)
    return Result(rc if ended else None, *texts)


def wait_until(seconds, condition):
    """Calls it until it is true, or until time is up; returns what it gave last."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value or time.monotonic() > end:
            return value
        time.sleep(0.003)


def proc_stat(pid):
    """State letter, kernel flags and start time; None when there is no such process."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as f:
            fields = f.read().rpartition(")")[2].split()
    except OSError:
        return None
    return fields[0], int(fields[6]), int(fields[19])


def alive(pid):
    stat = proc_stat(pid)
    return bool(stat) and stat[0] not in "ZX" and not stat[1] & PF_EXITING


def has_executed(pid):
    stat = proc_stat(pid)
    return bool(stat) and not stat[1] & PF_FORKNOEXEC


def reap():
    """This process is the reaper of what a killed runtime left."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def cgroup_mounts():
    found = []
    with open("/proc/self/mountinfo", encoding="utf-8") as f:
        for line in f:
            left, _, right = line.partition(" - ")
            if right.split()[0] in MAGIC_MOUNTS and left.split()[3] == "/":
                found.append(left.split()[4])
    return found


class Box:
    """One worker's surroundings."""

    def __init__(self, runtime, work, name, stepper):
        self.runtime, self.stepper = runtime, stepper
        self.work = os.path.join(work, name)
        self.id = f"rlfaults-{name}-{os.getppid()}"
        self.root = os.path.join(self.work, "root")
        self.bundle = os.path.join(self.work, "bundle")
        self.pid_file = os.path.join(self.work, "pid")
        self.runlet = os.path.basename(runtime).startswith("runlet")
        self.hierarchies = cgroup_mounts()
        self.result = None  # of the operation that was stepped through
        self.pids = set()  # whatever was seen to belong to the container or its making
        os.makedirs(self.bundle)
        os.mkdir(self.root, 0o700)

    def set_up(self, rootfs, config):
        shutil.copytree(rootfs, os.path.join(self.bundle, "rootfs"), symlinks=True)
        self.write_config(config)

    def write_config(self, config):
        config["linux"]["cgroupsPath"] = "/" + self.id
        with open(os.path.join(self.bundle, "config.json"), "w", encoding="utf-8") as f:
            json.dump(config, f)

    # ---- the runtime ----

    def command(self, *args):
        return [self.runtime, "--root", self.root, *args]

    def call(self, *args, timeout=2 * HANG_S):
        return run(self.command(*args), timeout)

    def must(self, *args):
        result = self.call(*args)
        if result.rc != 0:
            raise RuntimeError(f"{args}: status {result.rc}: {result.err}")
        return result

    def create(self):
        self.must("create", "--bundle", self.bundle, "--pid-file", self.pid_file, self.id)
        return self.init()

    def init(self):
        with open(self.pid_file, encoding="utf-8") as f:
            pid = int(f.read())
        self.pids.add(pid)
        return pid

    # ---- what is there ----

    def cgroups(self):
        paths = (os.path.join(h, self.id) for h in self.hierarchies)
        return [p for p in paths if os.path.isdir(p)]

    def mounts(self):
        with open("/proc/self/mountinfo", encoding="utf-8") as f:
            return [line.split()[4] for line in f if f" {self.work}/" in line]

    def states(self):
        return os.listdir(self.root)

    def processes(self):
        return [p for p in self.pids if alive(p)]

    def keyrings(self):
        with open("/proc/keys", encoding="utf-8", errors="replace") as f:
            return [line for line in f if f"_ses.{self.id}:" in line]

    def forget_keyrings(self):
        """A dead init keeps its own until it is reaped, and the kernel collects it when it has time. One
        of the container before would be taken for the next one's, all the more as root does not see those
        of a user namespace."""
        def gone():
            reap()
            return not self.keyrings()
        if not wait_until(30, gone):
            raise RuntimeError(f"keyrings are not collected: {self.keyrings()}")

    def members(self):
        found = set()
        for path in self.cgroups():
            for top, _, _ in os.walk(path):
                try:
                    with open(os.path.join(top, "cgroup.procs"), encoding="utf-8") as f:
                        found |= {int(pid) for pid in f.read().split()}
                except OSError:
                    pass
        return found

    def frozen(self):
        for path in self.cgroups():
            for name, value in (("freezer.state", "FROZEN"), ("cgroup.freeze", "1")):
                try:
                    with open(os.path.join(path, name), encoding="utf-8") as f:
                        if f.read().strip() == value:
                            return True
                except OSError:
                    pass
        return False

    def left(self):
        """What is there of the container, by kind."""
        reap()
        self.pids |= self.members()
        kinds = {"process": self.processes(), "cgroup": self.cgroups(), "mount": self.mounts(),
                 "state": self.states()}
        return {kind: what for kind, what in kinds.items() if what}

    def left_at_last(self, seconds=3):
        """The same, once what is about to go has gone."""
        wait_until(seconds, lambda: not self.left())
        return self.left()

    def thaw(self):
        for path in self.cgroups():
            for name, value in (("freezer.state", "THAWED"), ("cgroup.freeze", "0")):
                try:
                    with open(os.path.join(path, name), "w", encoding="utf-8") as f:
                        f.write(value)
                except OSError:
                    pass

    def sweep(self):
        """Removes by hand what a runtime would not, so that the next point is not blamed for it."""
        self.thaw()
        for pid in self.members() | set(self.processes()):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        for mount in sorted(self.mounts(), reverse=True):
            subprocess.run(["umount", "-l", mount], check=False)
        for path in self.cgroups():
            wait_until(2, lambda path=path: remove_tree(path))
        shutil.rmtree(self.root)
        os.mkdir(self.root, 0o700)
        reap()
        self.pids.clear()

    def close(self):
        """The kernel lets go of keyrings when it has time, so they are counted at the very end."""
        self.sweep()
        self.forget_keyrings()
        shutil.rmtree(self.work)


def remove_tree(path):
    try:
        for top, _, _ in os.walk(path, topdown=False):
            os.rmdir(top)
    except FileNotFoundError:
        pass
    except OSError:
        return False
    return True
