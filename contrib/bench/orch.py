#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measure runlet-monitor and orchctl beside containerd, dockerd and python3.

Everything happens in network, mount and pid namespaces of this program's own, which end with it."""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True  # not into the source tree

INSIDE = "UNSHARED_FOR_ORCH_BENCH"
SETTLE_S = 3
CREATES = 50


def fail(text):
    sys.exit("bench: " + text)


def enter_own_namespaces():
    """This program once more, where it cannot disturb anybody."""
    if os.environ.get(INSIDE):
        return
    os.environ[INSIDE] = "1"
    os.execvp("unshare", ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child",
                          "--mount-proc", sys.executable] + sys.argv)


def run(*args, **more):
    done = subprocess.run(args, capture_output=True, text=True, **more)
    if done.returncode:
        fail(f"{' '.join(args)}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


def pids_of(name):
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/comm") as f, open(f"/proc/{pid}/cmdline") as c:
                if f.read().strip() == name[:15] and c.read():  # a zombie has no command line
                    found.append(int(pid))
        except OSError:
            pass
    return found


def pss(pid):
    """kB, and of them anonymous ones, which nobody shares."""
    values = {}
    with open(f"/proc/{pid}/smaps_rollup") as f:
        for line in f:
            words = line.split()
            if len(words) == 3:
                values[words[0][:-1]] = int(words[1])
    return values["Pss"], values["Pss_Anon"]


def show(title, value, unit="kB"):
    print(f"{title:<58}{value:>10} {unit}", flush=True)


class Place:
    """A machine's worth of directories, an image with busybox, and a parent interface."""

    def __init__(self, work, build):
        self.work, self.build = work, build
        self.options = ["--state-dir", work + "/state", "--run-dir", work + "/run",
                        "--log-dir", work + "/log", "--ns", "bench", "--image", "oci:" + work + "/image"]
        os.makedirs(work + "/run")
        run("mount", "--make-rprivate", "/")
        run("mount", "-t", "tmpfs", "run", work + "/run")
        run("ip", "link", "set", "lo", "up")
        run("ip", "link", "add", "eth0", "up", "type", "veth", "peer", "name", "wire")
        run("ip", "link", "set", "wire", "up")
        run("ip", "address", "add", "10.7.0.1/16", "dev", "eth0")
        self.make_image()

    def make_image(self):
        image = self.work + "/image"
        bundle = self.work + "/bundle"
        run("umoci", "init", "--layout", image)
        run("umoci", "new", "--image", image + ":latest")
        run("umoci", "unpack", "--image", image + ":latest", bundle)
        for name in ("bin", "dev", "etc", "proc", "sys", "tmp"):
            os.makedirs(f"{bundle}/rootfs/{name}", exist_ok=True)
        shutil.copy(shutil.which("busybox"), bundle + "/rootfs/bin/busybox")
        os.symlink("busybox", bundle + "/rootfs/bin/sleep")
        run("umoci", "repack", "--image", image + ":latest", bundle)
        run("umoci", "config", "--image", image + ":latest", "--config.cmd", "/bin/sleep",
            "--config.cmd", "1000000", "--config.stopsignal", "SIGKILL")

    def orchctl(self, *args, **more):
        return run(self.build + "/orchctl", *self.options, *args, **more)

    def create(self, number):
        name, ip = f"c{number}", f"10.7.{1 + number // 250}.{1 + number % 250}"
        vnic = {"name": "eth0", "parent_interface": "eth0", "network_mode": "static", "ip": ip,
                "subnet": "10.7.0.0/16", "gateway": "10.7.255.254"}
        message = {"container_name": name, "vnic_configs": [vnic]}
        begin = time.monotonic()
        self.orchctl("apply", "--wait", "--topic", "create_new_runtime", "-", input=json.dumps(message))
        return (time.monotonic() - begin) * 1000

    def delete(self, number):
        self.orchctl("apply", "--wait", "--topic", "delete_device", "-",
                     input=json.dumps({"device_id": f"c{number}"}))


def measure_orchctl(place, creates):
    place.create(0)  # unpacks the image
    times = [place.create(1)]
    place.delete(0)
    time.sleep(SETTLE_S)
    total, anon = pss(pids_of("runlet-monitor")[0])
    show("runlet-monitor, one", total)
    show("  of that nobody can share", anon)
    times += [place.create(n) for n in range(2, creates + 1)]
    time.sleep(SETTLE_S)
    monitors = [pss(pid)[0] for pid in pids_of("runlet-monitor")]
    show(f"runlet-monitor, each of {len(monitors)}", round(statistics.mean(monitors)))
    show("create_new_runtime to running, local image, median", round(statistics.median(times)), "ms")
    show(f"  the slowest of {len(times)} in a row", round(max(times)), "ms")
    for n in range(1, creates + 1):
        place.delete(n)


def measure_daemon(title, argv, name, **more):
    if not shutil.which(argv[0]):
        return show(title, "-", "")
    daemon = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **more)
    time.sleep(SETTLE_S)
    pids = pids_of(name) or ([daemon.pid] if daemon.poll() is None else [])
    show(title, sum(pss(pid)[0] for pid in pids) if pids else "-")
    daemon.terminate()
    daemon.wait()


def unmount_below(work):
    with open("/proc/self/mounts") as f:
        points = [line.split()[1] for line in f]
    for point in sorted(points, reverse=True):
        if point.startswith(work + "/"):
            subprocess.run(["umount", "-l", point])


def main():
    build = os.path.abspath(sys.argv[-1] if len(sys.argv) > 1 else ".")
    if not os.access(build + "/orchctl", os.X_OK):
        fail(f"{build}/orchctl is not there")
    enter_own_namespaces()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as work:
        try:
            place = Place(work, build)
            measure_orchctl(place, CREATES)
            measure_daemon("orchctl serve, idle", [build + "/orchctl"] + place.options + ["serve"], "orchctl")
            measure_daemon("containerd, idle",
                           ["containerd", "--root", work + "/cd", "--state", work + "/cds",
                            "--address", work + "/cd.sock"], "containerd")
            measure_daemon("dockerd and its containerd, idle: dockerd's part",
                           ["dockerd", "--data-root", work + "/d", "--exec-root", work + "/de", "--pidfile",
                            work + "/d.pid", "-H", f"unix://{work}/d.sock", "--bridge=none", "--iptables=false"],
                           "dockerd")
            measure_daemon("python3, waiting", ["python3", "-c", "input()"], "python3", stdin=subprocess.PIPE)
        finally:
            unmount_below(work)


main()
