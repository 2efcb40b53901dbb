#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measure runlet-monitor and orchctl beside dockerd, containerd and its shim, conmon and python3.

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
ROUNDS = 10
TIMEOUT_S = 60


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
    done = subprocess.run(args, capture_output=True, text=True, timeout=TIMEOUT_S, **more)
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


def timed(function, *args, **more):
    begin = time.monotonic()
    function(*args, **more)
    return (time.monotonic() - begin) * 1000


def show_times(title, times):
    show(title + ", median", round(statistics.median(times)), "ms")


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
        run("ip", "address", "add", "10.7.0.1/16", "dev", "eth0")
        self.make_plant()
        self.make_image()

    def make_plant(self):
        """What the wire leads to: a network with a DHCP server, if there is dnsmasq."""
        run("mount", "-t", "tmpfs", "run", "/run")
        run("ip", "netns", "add", "plant")
        run("ip", "link", "set", "wire", "netns", "plant")
        run("ip", "-n", "plant", "link", "set", "wire", "up")
        run("ip", "-n", "plant", "address", "add", "10.7.255.254/16", "dev", "wire")
        if shutil.which("dnsmasq"):
            run("ip", "netns", "exec", "plant", "dnsmasq", "--conf-file=/dev/null", "--user=root", "--group=root",
                "--port=0", "--interface=wire", "--no-ping", "--dhcp-authoritative", "--log-facility=/dev/null",
                "--dhcp-range=10.7.100.1,10.7.100.250,255.255.0.0,1h", f"--pid-file={self.work}/dnsmasq.pid",
                f"--dhcp-leasefile={self.work}/leases")

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

    def apply(self, topic, message):
        self.orchctl("apply", "--wait", "--topic", topic, "-", input=json.dumps(message))

    def create(self, number, dhcp=False):
        vnic = {"name": "eth0", "parent_interface": "eth0", "network_mode": "dhcp"}
        if not dhcp:
            vnic |= {"network_mode": "static", "ip": f"10.7.{1 + number // 250}.{1 + number % 250}",
                     "subnet": "10.7.0.0/16", "gateway": "10.7.255.254"}
        return timed(self.apply, "create_new_runtime", {"container_name": f"c{number}", "vnic_configs": [vnic]})

    def device(self, topic, number):
        return timed(self.apply, topic, {"device_id": f"c{number}"})

    def exchange(self):
        """A DHCP exchange by the same client on an interface of the same kind, and nothing else."""
        run("ip", "netns", "add", "alone")
        run("ip", "link", "add", "link", "eth0", "name", "alone0", "netns", "alone", "up", "type", "macvlan",
            "mode", "bridge")
        time.sleep(0.2)  # the interface is up by then
        try:
            return timed(run, "ip", "netns", "exec", "alone", "busybox", "udhcpc", "-i", "alone0", "-n", "-q", "-f",
                         "-s", "/bin/true")
        finally:
            run("ip", "netns", "delete", "alone")


def measure_monitors(place, creates):
    place.create(0)  # unpacks the image
    times = [place.create(1)]
    place.device("delete_device", 0)
    time.sleep(SETTLE_S)
    total, anon = pss(pids_of("runlet-monitor")[0])
    show("runlet-monitor, one", total)
    show("  of that nobody can share", anon)
    times += [place.create(n) for n in range(2, creates + 1)]
    time.sleep(SETTLE_S)
    monitors = [pss(pid)[0] for pid in pids_of("runlet-monitor")]
    show(f"runlet-monitor, each of {len(monitors)}", round(statistics.mean(monitors)))
    show_times("message to running, static address, local image", times)
    show(f"  the slowest of {len(times)} in a row", round(max(times)), "ms")
    show("  all of them", round(sum(times)), "ms")


def measure_topics(place, creates):
    for topic in ("get_device_status", "stop_device", "start_device", "restart_device"):
        show_times(topic, [place.device(topic, n) for n in range(1, ROUNDS + 1)])
    show_times(f"orchctl list, {creates} containers", [timed(place.orchctl, "list") for _ in range(ROUNDS)])
    show_times("delete_device, running", [place.device("delete_device", n) for n in range(1, creates + 1)])


def measure_dhcp(place):
    if not shutil.which("dnsmasq"):
        return show("message to running, DHCP, local image", "-", "")
    alone, created = [], []
    for n in range(1, ROUNDS + 1):
        alone.append(place.exchange())
        created.append(place.create(n, dhcp=True))
    for n in range(1, ROUNDS + 1):
        place.device("delete_device", n)
    show_times("message to running, DHCP, local image", created)
    return show_times("  a DHCP exchange alone", alone)


def measure_daemon(title, argv, name, **more):
    if not shutil.which(argv[0]):
        return show(title, "-", "")
    daemon = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **more)
    time.sleep(SETTLE_S)
    pids = pids_of(name) or ([daemon.pid] if daemon.poll() is None else [])
    show(title, sum(pss(pid)[0] for pid in pids) if pids else "-")
    daemon.terminate()
    daemon.wait()


def wait_for(check):
    for _ in range(TIMEOUT_S * 10):
        if check():
            return True
        time.sleep(0.1)
    return False


def pss_of(name):
    return sum(pss(pid)[0] for pid in pids_of(name))


def measure_docker_containers(place, docker):
    run("sh", "-c", f"tar -C {place.work}/bundle/rootfs -c . | {' '.join(docker)} import - bench")
    times = [timed(run, *docker, "run", "-d", "--network", "none", "--stop-signal", "SIGKILL", "bench",
                   "/bin/sleep", "1000000") for _ in range(ROUNDS)]
    time.sleep(SETTLE_S)
    shims = pids_of("containerd-shim-runc-v2")
    show(f"  a containerd-shim, each of {len(shims)}", round(statistics.mean(pss(pid)[0] for pid in shims)))
    show(f"  dockerd with {ROUNDS} containers", pss_of("dockerd"))
    show(f"  its containerd with {ROUNDS} containers", pss_of("containerd"))
    show_times("docker run -d, without a network", times)
    run(*docker, "rm", "-f", *run(*docker, "ps", "-q").split())


def measure_docker(place):
    """dockerd, the containerd that it starts, and a shim for each container."""
    work, title = place.work, "dockerd, idle"
    docker = ["docker", "-H", f"unix://{work}/d.sock"]
    if not shutil.which("dockerd") or not shutil.which("docker"):
        return show(title, "-", "")
    daemon = subprocess.Popen(["dockerd", "--data-root", work + "/d", "--exec-root", work + "/de", "--pidfile",
                               work + "/d.pid", "-H", docker[2], "--bridge=none", "--iptables=false"],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        if not wait_for(lambda: subprocess.run(docker + ["info"], capture_output=True).returncode == 0):
            return show(title, "-", "it does not start")
        time.sleep(SETTLE_S)
        show(title, pss_of("dockerd"))
        show("  its containerd, idle", pss_of("containerd"))
        measure_docker_containers(place, docker)
    finally:
        daemon.terminate()
        daemon.wait()


def measure_conmon(place):
    """What podman has for each container."""
    bundle, runtime = place.work + "/bundle", place.build + "/runlet"
    root = place.work + "/run/conmon"
    os.mkdir(root)
    if not shutil.which("conmon"):
        return show("conmon, one", "-", "")
    with open(bundle + "/config.json") as f:
        config = json.load(f)
    config["process"] |= {"terminal": False, "args": ["/bin/sleep", "1000000"]}
    with open(bundle + "/config.json", "w") as f:
        json.dump(config, f)
    run("conmon", "--cid", "bench", "--cuuid", "bench", "--runtime", runtime, "--runtime-arg", "--root",
        "--runtime-arg", root, "--bundle", bundle, "--container-pidfile", bundle + "/pid", "--log-path",
        f"k8s-file:{bundle}/log", "--exit-dir", bundle, "--socket-dir-path", bundle)
    if not wait_for(lambda: "bench" in run(runtime, "--root", root, "list", "--quiet").split()):
        return show("conmon, one", "-", "it makes no container")
    run(runtime, "--root", root, "start", "bench")
    time.sleep(SETTLE_S)
    show("conmon, one", pss_of("conmon"))
    return run(runtime, "--root", root, "delete", "--force", "bench")


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
            measure_monitors(place, CREATES)
            measure_topics(place, CREATES)
            measure_dhcp(place)
            measure_daemon("orchctl serve, idle", [build + "/orchctl"] + place.options + ["serve"], "orchctl")
            measure_daemon("containerd, idle",
                           ["containerd", "--root", work + "/cd", "--state", work + "/cds",
                            "--address", work + "/cd.sock"], "containerd")
            measure_docker(place)
            measure_conmon(place)
            measure_daemon("python3, waiting", ["python3", "-c", "input()"], "python3", stdin=subprocess.PIPE)
        finally:
            unmount_below(work)


main()
