# SPDX-License-Identifier: Apache-2.0
"""The bundles that are run: one root filesystem of a static busybox, and a config for each purpose."""

import copy
import json
import os
import re
import shutil
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
CFLAGS = ["-std=gnu11", "-D_GNU_SOURCE", "-O2", "-static", "-s"]
BARE = ["-nostdlib", "-ffreestanding", "-fno-builtin", "-fno-stack-protector"]
N_BINDS = 40
N_RULES = 300

# System calls that neither busybox nor any runtime makes in a container, to get down to N_RULES.
UNUSED = ("mq_", "msg", "sem", "shm", "timer_", "inotify", "fanotify", "landlock", "io_", "kexec",
          "key", "add_key", "request_key", "move_pages", "migrate", "lookup", "get_kernel", "query",
          "create_module", "nfs", "putpmsg", "getpmsg", "afs", "tux", "security", "ustat", "vserver",
          "uselib", "quotactl", "acct", "swap", "ioperm", "iopl", "modify_ldt", "_sysctl", "sysfs",
          "vmsplice", "tee", "splice", "process_vm", "epoll_ctl_old", "epoll_wait_old")


def build(work, source, flags, name=None):
    out = os.path.join(work, name or source)
    cc = os.environ.get("CC", "cc").split()
    subprocess.run(cc + CFLAGS + flags + ["-o", out, os.path.join(HERE, source + ".c")], check=True)
    return out


def system_calls():
    """Names that this machine's headers know, cut down to as many as there are to be rules."""
    cc = os.environ.get("CC", "cc").split()
    text = subprocess.run(cc + ["-E", "-dM", "-include", "sys/syscall.h", "-x", "c", "/dev/null"],
                          check=True, capture_output=True, text=True).stdout
    names = sorted(re.findall(r"#define SYS_(\w+)", text))
    for name in [n for n in names if n.startswith(UNUSED)]:
        if len(names) > N_RULES:
            names.remove(name)
    return names[:N_RULES]


def seccomp_profile(names, nonce):
    """One rule a call, so that a profile is as long as they come; the nonce makes it a new one."""
    rules = [{"names": [n], "action": "SCMP_ACT_ALLOW"} for n in names]
    rules.append({"names": ["personality"], "action": "SCMP_ACT_ALLOW",
                  "args": [{"index": 0, "value": nonce, "op": "SCMP_CMP_EQ"}]})
    rules = [r for r in rules if r["names"] != ["personality"] or "args" in r]
    return {"defaultAction": "SCMP_ACT_ERRNO", "syscalls": rules}


class Bundles:
    """A directory for each purpose, all of them with the same root filesystem."""

    def __init__(self, work, runc, compiled=True):
        """@compiled: those that need a compiler, too."""
        self.work = work
        self.rootfs = os.path.join(work, "rootfs")
        self.make_rootfs()
        spec = os.path.join(work, "spec")
        os.mkdir(spec)
        subprocess.run([runc, "spec"], cwd=spec, check=True)
        with open(os.path.join(spec, "config.json")) as f:
            self.config = json.load(f)
        self.config["process"]["terminal"] = False
        self.config["root"]["path"] = self.rootfs
        self.write("true", ["/bin/true"])
        self.write("sleep", ["/bin/sleep", "86400"])
        self.write("binds", ["/bin/true"], mounts=self.binds())
        if compiled:
            self.add_compiled()

    def add_compiled(self):
        bin_dir = os.path.join(self.rootfs, "bin")
        build(bin_dir, "true", BARE, "tiny")
        build(bin_dir, "true", BARE + ["-DIDLE"], "idle")
        self.write("tiny", ["/bin/tiny"])
        self.write("idle", ["/bin/idle"])
        self.calls = system_calls()
        self.seccomp("cached", 0)

    def make_rootfs(self):
        busybox = shutil.which("busybox")
        if not busybox:
            raise RuntimeError("no busybox on PATH (Debian: busybox-static)")
        for d in ("bin", "dev", "etc", "proc", "sys", "tmp"):
            os.makedirs(os.path.join(self.rootfs, d))
        bin_dir = os.path.join(self.rootfs, "bin")
        shutil.copy(os.path.realpath(busybox), os.path.join(bin_dir, "busybox"))
        for applet in ("true", "sleep", "sh"):
            os.symlink("busybox", os.path.join(bin_dir, applet))

    def binds(self):
        """Directories and files, read-only and writable, as a pod with volumes has them."""
        mounts = []
        for n in range(N_BINDS):
            source = os.path.join(self.work, f"volume-{n}")
            if n % 4:
                os.mkdir(source)
            else:
                with open(source, "w") as f:
                    f.write("data\n")
            mounts.append({"destination": f"/volumes/{n}", "type": "bind", "source": source,
                           "options": ["rbind", "rprivate", "ro" if n % 2 else "rw"]})
        return mounts

    def write(self, name, args, mounts=(), seccomp=None, memory=None):
        config = copy.deepcopy(self.config)
        path = os.path.join(self.work, "bundle-" + name)
        config["process"]["args"] = args
        config["mounts"].extend(mounts)
        if seccomp:
            config["linux"]["seccomp"] = seccomp
        if memory:
            config["linux"].setdefault("resources", {})["memory"] = {"limit": memory}
        os.makedirs(path, exist_ok=True)
        with open(os.path.join(path, "config.json"), "w") as f:
            json.dump(config, f)

    def seccomp(self, name, nonce):
        self.write(name, ["/bin/true"], seccomp=seccomp_profile(self.calls, nonce))

    def path(self, name):
        return os.path.join(self.work, "bundle-" + name)
