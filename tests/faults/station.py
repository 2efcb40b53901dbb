# SPDX-License-Identifier: Apache-2.0
"""Station: a host of one worker's own on which orchctl works, and what is there of its containers.

The worker is the first process of a pid namespace, and in a mount and a network namespace: what is
killed on the way has no other reaper, and every process but it belongs to what is tested.
"""
import ctypes
import glob
import gzip
import hashlib
import io
import json
import os
import shutil
import signal
import socket
import tarfile

from box import alive, cgroup_mounts, reap, run, wait_until

CLONE_NEWNET = 0x40000000
HANG_S = 60
IMAGE_PROGRAM = ["/bin/busybox", "sleep", "100000"]
OVERLAYS = "overlay"
# Locks stay, as they must; the trail is to stay; the store of images has its own rules.
APART = {"locks", "audit", "images"}

libc = ctypes.CDLL(None, use_errno=True)


def make_image(path):
    """An OCI layout with busybox that sleeps, and ends by SIGKILL."""
    def blob(data):
        digest = hashlib.sha256(data).hexdigest()
        with open(os.path.join(path, "blobs/sha256", digest), "wb") as f:
            f.write(data)
        return {"digest": "sha256:" + digest, "size": len(data)}

    def add(name, kind, **more):
        info = tarfile.TarInfo(name)
        info.type, info.mode = kind, 0o755
        data = more.get("data", b"")
        info.size, info.linkname = len(data), more.get("to", "")
        tar.addfile(info, io.BytesIO(data))

    os.makedirs(os.path.join(path, "blobs/sha256"))
    with open(os.path.realpath(shutil.which("busybox")), "rb") as f:
        busybox = f.read()
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name in ("bin", "dev", "etc", "proc", "sys", "tmp"):
            add(name, tarfile.DIRTYPE)
        add("bin/busybox", tarfile.REGTYPE, data=busybox)
    layer = out.getvalue()
    config = {"architecture": "amd64", "os": "linux",
              "config": {"Cmd": IMAGE_PROGRAM, "StopSignal": "SIGKILL"},
              "rootfs": {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(layer).hexdigest()]}}
    kind = "application/vnd.oci.image."
    manifest = {"schemaVersion": 2, "mediaType": kind + "manifest.v1+json",
                "config": {"mediaType": kind + "config.v1+json", **blob(json.dumps(config).encode())},
                "layers": [{"mediaType": kind + "layer.v1.tar+gzip", **blob(gzip.compress(layer, 1))}]}
    entry = {"mediaType": kind + "manifest.v1+json", **blob(json.dumps(manifest).encode()),
             "annotations": {"org.opencontainers.image.ref.name": "latest"}}
    for name, value in (("index.json", {"schemaVersion": 2, "manifests": [entry]}),
                        ("oci-layout", {"imageLayoutVersion": "1.0.0"})):
        with open(os.path.join(path, name), "w", encoding="utf-8") as f:
            json.dump(value, f)


def must(argv):
    result = run(argv)
    if result.rc != 0:
        raise RuntimeError(f"{argv}: status {result.rc}: {result.err} {result.out}")
    return result.out


def read_json(path):
    try:
        with open(path, encoding="utf-8") as f:
            return json.load(f)
    except FileNotFoundError:
        return None


def processes():
    """All of the pid namespace but its first: their command lines, by pid."""
    found = {}
    for path in glob.glob("/proc/[0-9]*/cmdline"):
        pid = int(path.split("/")[2])
        try:
            with open(path, encoding="utf-8", errors="replace") as f:
                line = f.read().rstrip("\0").split("\0")
        except OSError:
            continue
        if pid != 1 and alive(pid):
            found[pid] = line
    return found


class Station:
    """Its directories, and the container NAME of the namespace self.ns."""

    NAME = "plc"

    def __init__(self, orchctl, work, image, share):
        self.program, self.work, self.image = orchctl, work, image
        self.state, self.run_dir = os.path.join(work, "state"), os.path.join(work, "run")
        self.logs, self.audit = os.path.join(work, "log"), os.path.join(work, "audit")
        self.ns = f"rlorch-{share}-{os.path.basename(os.path.dirname(work))[-8:]}"
        must(["mount", "-t", "tmpfs", "run", "/run"])
        must(["ip", "link", "set", "lo", "up"])
        must(["sysctl", "-qw", "net.ipv6.conf.default.disable_ipv6=1"])
        self.make()

    def make(self):
        for path in (self.state, self.run_dir, self.logs):
            os.makedirs(path)
        for i, name in enumerate(("plant0", "br0", "br1")):
            kind = ["bridge"] if name.startswith("br") else ["veth", "peer", "name", "wire0"]
            must(["ip", "link", "add", name, "up", "type", *kind])
            must(["ip", "address", "add", f"192.168.{7 + i}.5/24", "dev", name])
        must(["ip", "link", "set", "wire0", "up"])
        self.must("image", "pull", self.image + ":latest")

    def close(self):
        """As a reboot would, and the disk is empty."""
        self.kill_all()
        for path in self.cgroups() + [os.path.join(top, self.ns) for top in cgroup_mounts()]:
            wait_until(2, lambda p=path: not os.path.exists(p) or self.rmdir(p))
        for point in reversed(self.mounts()):
            run(["umount", "-l", point])
        for name in ("plant0", "br0", "br1"):
            run(["ip", "link", "delete", name])
        shutil.rmtree(self.work)

    def renew(self):
        """Away with what could not be deleted."""
        self.close()
        for _, name in socket.if_nameindex():
            run(["ip", "link", "delete", name])
        self.make()

    @staticmethod
    def rmdir(path):
        try:
            os.rmdir(path)
        except OSError:
            return False
        return True

    @staticmethod
    def kill_all():
        """Ends all there is, of this pid namespace."""
        if os.getpid() != 1:
            raise RuntimeError("not on a host of its own")
        for pid in processes():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        wait_until(5, lambda: reap() or not processes())

    # ---- orchctl ----

    def command(self, *args):
        return [self.program, "--state-dir", self.state, "--run-dir", self.run_dir, "--log-dir", self.logs,
                "--audit-dir", self.audit, "--ns", self.ns, "--image", self.image, *args]

    def call(self, *args):
        return run(self.command(*args), HANG_S)

    def must(self, *args):
        return must(self.command(*args))

    # ---- what is there ----

    def cgroups(self):
        return [p for top in cgroup_mounts() for p in glob.glob(os.path.join(top, self.ns, "*/"))]

    def files(self):
        found = []
        for top in (self.state, self.run_dir, self.logs):
            for where, dirs, names in os.walk(top):
                # Below a root file system is the container's own.
                dirs[:] = [d for d in dirs if d not in APART and d not in ("rootfs", "upper", "work")]
                found += [os.path.relpath(os.path.join(where, n), self.work) for n in names]
        return sorted(f for f in found if "/operations/" not in f and not f.endswith(".lock"))

    def mounts(self):
        with open("/proc/self/mountinfo", encoding="utf-8") as f:
            points = [line.split()[4] for line in f]
        return sorted(p for p in points if p.startswith(self.work))

    def netns(self):
        return os.path.join(self.run_dir, "netns", self.ns, self.NAME)

    def inside(self):
        """Interfaces and addresses in the container's pinned namespace."""
        result = run(["nsenter", "--net=" + self.netns(), "ip", "-4", "-j", "address"])
        if result.rc != 0:
            return []
        rows = [(row["ifname"], "UP" in row["flags"], [a["local"] for a in row["addr_info"]])
                for row in json.loads(result.out)]
        return sorted(map(str, rows))

    def container(self):
        """Its state, and whether what the state says is so."""
        listed = self.call("list", "--format", "json")
        if listed.rc != 0:
            return [f"list: {listed.err.strip()}"]
        told = []
        for row in json.loads(listed.out):
            pid = row.get("pid", 0)
            told.append(f"{row['id']} {row['state']}")
            if pid and alive(pid):
                told += self.process(pid)
        return told

    def process(self, pid):
        inode = os.stat(self.netns()).st_ino if os.path.exists(self.netns()) else 0
        return [f"in its network: {os.stat(f'/proc/{pid}/ns/net').st_ino == inode}"]

    def registries(self):
        names = ("runtime_vnics.json", "data/clients.json")
        return [f"{n}: {e}" for n in names for e in read_json(os.path.join(self.state, n)) or {}]

    def rules(self):
        """Of a firewall's table only what is said of interfaces counts."""
        lines = run(["nft", "list", "ruleset"]).out.splitlines() if shutil.which("nft") else []
        return sorted(line.strip() for line in lines if '"i' in line)

    def ports(self):
        rows = json.loads(must(["ip", "-j", "-d", "link"]))
        return sorted(f"{row['ifname']} of {row['master']}" for row in rows if "master" in row)

    def ended(self):
        """orchctl and what it left to work on without it, such as the deletion of a link."""
        return reap() or not any(line[:1] == [self.program] for line in processes().values())

    def snapshot(self):
        wait_until(5, self.ended)
        names = [name for _, name in socket.if_nameindex()]
        return {"container": self.container(), "files": self.files(), "mounts": self.mounts(),
                "links": sorted(names), "ports": self.ports(), "inside": self.inside(),
                "processes": sorted(" ".join(line) for line in processes().values()),
                "cgroups": sorted(self.cgroups()), "registries": self.registries(), "rules": self.rules()}

    def operation(self):
        """What the record of an operation says, if there is one."""
        return read_json(os.path.join(self.state, "operations", self.ns, self.NAME + ".json"))
