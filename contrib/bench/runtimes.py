# SPDX-License-Identifier: Apache-2.0
"""The columns: how to drive a runtime, and the floor, through the timer."""

import glob
import os
import shutil
import subprocess

HYBRID = "/sys/fs/cgroup/unified"
CACHE = "/var/cache/runlet"
LIMIT_MAX_KIB = 64 * 1024


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


def vm_rss_kib(pid):
    with open(f"/proc/{pid}/status") as f:
        for line in f:
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
    return 0


def stripped_kib(path, work):
    copy = os.path.join(work, "stripped")
    shutil.copy(path, copy)
    subprocess.run(["strip", copy], check=False, stderr=subprocess.DEVNULL)
    size = os.path.getsize(copy)
    os.unlink(copy)
    return size / 1024


class Runtime:
    """One column: how to run, create, start, delete and exec with it. Times are in ms."""

    def __init__(self, name, path, timer_program, work, state, hide):
        self.name, self.path, self.broken, self.work = name, path, None, work
        self.root = os.path.join(state, "root-" + name)
        self.log_path = os.path.join(work, name + ".stderr")
        self.log = open(self.log_path, "w")
        self.timer = Timer(timer_program, hide, work, self.log)
        self.bundles, self.serial, self.many, self.long_id = None, 0, [], None

    def try_call(self, *args, copies=0):
        many = (f"@{copies}",) if copies else ()
        return self.timer.run(*many, self.path, "--root", self.root, *args)

    def call(self, *args, copies=0):
        ns, kib, status = self.try_call(*args, copies=copies)
        if status:
            with open(self.log_path) as f:
                raise RuntimeError(f"{self.name} {' '.join(args)}: status {status}: "
                                   + f.read().strip()[-300:])
        return ns / 1e6, kib

    def new_id(self):
        self.serial += 1
        return f"bench-{self.name}-{os.getpid()}-{self.serial}"

    def run(self, bundle):
        return self.call("run", "--bundle", self.bundles.path(bundle), self.new_id())

    def time_run(self):
        return self.run("true")[0]

    def time_binds(self):
        return self.run("binds")[0]

    def time_cold(self):
        before = set(glob.glob(CACHE + "/*"))
        self.bundles.seccomp("cold", self.serial + 1)
        took = self.run("cold")[0]
        for path in set(glob.glob(CACHE + "/*")) - before:
            os.unlink(path)
        return took

    def time_cached(self):
        return self.run("cached")[0]

    def time_at_once(self):
        return self.call("run", "--bundle", self.bundles.path("true"), self.new_id(), copies=50)[0]

    def memory_run(self):
        return self.run("tiny")[1]

    def time_lifecycle(self):
        id_ = self.new_id()
        took = self.call("create", "--bundle", self.bundles.path("true"), id_)[0]
        took += self.call("start", id_)[0]
        return took + self.call("delete", "--force", id_)[0]

    def time_delete(self):
        id_ = self.new_id()
        self.call("run", "--detach", "--bundle", self.bundles.path("idle"), id_)
        return self.call("delete", "--force", id_)[0]

    # ---- with a container that runs all the time ----

    def start_long(self):
        id_ = self.new_id()
        pid_file = self.root + "-pid"
        self.long_id = id_
        self.call("create", "--bundle", self.bundles.path("sleep"), "--pid-file", pid_file, id_)
        with open(pid_file) as f:
            self.init_kib = vm_rss_kib(int(f.read()))
        self.call("start", id_)

    def stop_long(self):
        if self.long_id:
            self.call("delete", "--force", self.long_id)
        self.long_id = None

    def time_exec(self):
        return self.call("exec", self.long_id, "/bin/true")[0]

    def memory_exec(self):
        return self.call("exec", self.long_id, "/bin/tiny")[1]

    def time_update(self):
        return self.call("update", "--memory", str(512 << 20), self.long_id)[0]

    # ---- with many containers ----

    def start_many(self, n):
        for _ in range(n):
            id_ = self.new_id()
            self.many.append(id_)
            self.call("run", "--detach", "--bundle", self.bundles.path("idle"), id_)

    def stop_many(self):
        for id_ in self.many:
            self.try_call("delete", "--force", id_)
        self.many = []

    def time_list(self):
        return self.call("list", "--quiet")[0]

    def time_list_table(self):
        return self.call("list")[0]

    # ---- with hardly any memory ----

    def starts_under(self, kib):
        """Whether three containers with this limit all run to their end."""
        self.bundles.write("limit", ["/bin/tiny"], memory=kib * 1024)
        for _ in range(3):
            id_ = self.new_id()
            if self.try_call("run", "--bundle", self.bundles.path("limit"), id_)[2]:
                self.try_call("delete", "--force", id_)
                return False
        return True

    def execs_under(self, kib):
        """Whether three processes can enter a container with this limit."""
        id_ = self.new_id()
        self.bundles.write("limit", ["/bin/idle"], memory=kib * 1024)
        status = self.try_call("run", "--detach", "--bundle", self.bundles.path("limit"), id_)[2]
        for _ in range(3):
            status = status or self.try_call("exec", id_, "/bin/tiny")[2]
        self.try_call("delete", "--force", id_)
        return status == 0

    def smallest(self, works):
        """By bisection, in pages; None when even the largest does not do."""
        low, high = 0, LIMIT_MAX_KIB
        if not works(high):
            return None
        while high - low > 4:
            middle = (low + high) // 8 * 4
            low, high = (low, middle) if works(middle) else (middle, high)
        return high

    def smallest_run(self):
        return self.smallest(self.starts_under)

    def smallest_exec(self):
        return self.smallest(self.execs_under)

    def size(self):
        return stripped_kib(self.path, self.work)

    def created_kib(self):
        return self.init_kib


class Floor:
    """The least that the kernel calls of a run cost; it does nothing else."""

    name, broken = "floor", None

    def __init__(self, path, timer_program, work):
        self.path, self.work, self.rootfs, self.serial = path, work, os.path.join(work, "rootfs"), 0
        self.timer = Timer(timer_program, False, work, None)

    def run(self, program):
        self.serial += 1
        ns, kib, status = self.timer.run(self.path, self.rootfs,
                                         f"bench-floor-{os.getpid()}-{self.serial}", program)
        if status:
            raise RuntimeError(f"floor: status {status}")
        return ns / 1e6, kib

    def time_run(self):
        return self.run("/bin/true")[0]

    def memory_run(self):
        return self.run("/bin/tiny")[1]

    def size(self):
        return stripped_kib(self.path, self.work)
