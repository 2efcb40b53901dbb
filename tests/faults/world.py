# SPDX-License-Identifier: Apache-2.0
"""World: two network namespaces of one worker, an Open vSwitch in the first, and what is there in them."""
import ctypes
import json
import os
import shutil
import signal
import subprocess

from box import HANG_S, run, wait_until
from netctl_commands import DOCUMENTS

CLONE_NEWNET = 0x40000000
SCHEMA = "/usr/share/openvswitch/vswitch.ovsschema"
VSWITCHD = "/usr/lib/openvswitch-switch/ovs-vswitchd"
# What differs from run to run: numbers that the kernel gives, times, and what settles by itself.
PASSING = {"ifindex", "link_index", "link", "iif", "operstate", "flags", "link_netnsid", "txqlen", "group",
           "preferred_life_time", "valid_life_time", "address", "stats", "stats64", "hello_timer",
           "gc_timer", "root_id", "bridge_id", "tcn_timer", "topology_change_timer", "expires",
           "num_tx_queues", "num_rx_queues", "gso_max_size", "gso_max_segs", "phys_port_id", "tso_max_size", "tso_max_segs", "gro_max_size"}

libc = ctypes.CDLL(None, use_errno=True)


def ip(*args, netns=None):
    where = ["-n", netns] if netns else []
    result = run(["ip", *where, *args])
    if result.rc != 0:
        raise RuntimeError(f"ip {args}: {result.err}")
    return result.out


def steady(value):
    """Without what passes."""
    if isinstance(value, dict):
        return {k: steady(v) for k, v in value.items() if k not in PASSING and "timer" not in k}
    if isinstance(value, list):
        return [steady(v) for v in value]
    return value


def differences(want, got):
    """What is there and should not be, and what is not; sentences."""
    problems = []
    for key in want:
        more = [x for x in got[key] if x not in want[key]]
        less = [x for x in want[key] if x not in got[key]]
        problems += [f"{key}: more: {x}" for x in more] + [f"{key}: missing: {x}" for x in less]
    return problems


class World:
    """Its worker is in the first of the namespaces, HOST, itself."""

    def __init__(self, netctl, work, share):
        self.program, self.work = netctl, work
        self.name = f"rlnetfaults-{os.getppid()}-{share}"
        self.host, self.inside = self.name + "-h", self.name + "-i"
        self.daemons = []
        self.make()

    # ---- making and ending ----

    def make(self):
        os.makedirs(self.work)
        for name, document in DOCUMENTS.items():
            with open(f"{self.work}/{name}.json", "w", encoding="utf-8") as f:
                f.write(json.dumps(document).replace("WORK", self.work))
        for name in (self.host, self.inside):
            ip("netns", "add", name)
            # No addresses that come by themselves, after a while.
            run(["ip", "netns", "exec", name, "sysctl", "-qw", "net.ipv6.conf.all.addr_gen_mode=1",
                 "net.ipv6.conf.default.addr_gen_mode=1"])
            ip("link", "set", "lo", "up", netns=name)
        fd = os.open("/run/netns/" + self.host, os.O_RDONLY)
        if libc.setns(fd, CLONE_NEWNET) < 0:
            raise OSError(ctypes.get_errno(), "setns")
        os.close(fd)
        # A host's card: up, and with a carrier.
        ip("link", "add", "eth0", "up", "type", "veth", "peer", "name", "wire0")
        ip("link", "set", "wire0", "up")
        ip("addr", "add", "10.99.0.1/24", "dev", "eth0")
        self.ovs = os.access(VSWITCHD, os.X_OK) and os.path.exists(SCHEMA)
        if self.ovs:
            self.start_ovs()

    def start_ovs(self):
        env = {**os.environ, **{f"OVS_{k}DIR": self.work for k in ("RUN", "LOG", "DB", "SYSCONF")}}
        database = os.path.join(self.work, "conf.db")
        subprocess.run(["ovsdb-tool", "create", database, SCHEMA], check=True, env=env)
        self.daemon(env, "ovsdb", "ovsdb-server", database, "--remote=punix:" + self.socket())
        self.daemon(env, "vswitchd", VSWITCHD, "unix:" + self.socket())

    def daemon(self, env, name, *argv):
        pid_file = os.path.join(self.work, name + ".pid")
        subprocess.run([*argv, "--detach", "--no-chdir", "-vconsole:off", "--log-file",
                        "--pidfile=" + pid_file, f"--unixctl={self.work}/{name}.ctl"],
                       check=True, env=env, stderr=subprocess.DEVNULL)
        with open(pid_file, encoding="utf-8") as f:
            self.daemons.append(int(f.read()))

    def close(self):
        for pid in self.daemons:
            os.kill(pid, signal.SIGKILL)
        self.daemons.clear()
        for name in (self.host, self.inside):
            run(["ip", "netns", "delete", name])
        shutil.rmtree(self.work)

    def renew(self):
        """Away with what a command left that could not be undone."""
        self.close()
        self.make()

    # ---- netctl ----

    def socket(self):
        return os.path.join(self.work, "db.sock")

    def call(self, argv, before=(), timeout=2 * HANG_S, extra_fds=()):
        """Runs netctl, behind the words @before. "cni ADD FILE" calls it as a CNI plugin."""
        names = {"INSIDE": "/run/netns/" + self.inside, "DB": self.socket(), "WORK": self.work}
        words = ["/".join(names.get(part, part) for part in a.split("/")) for a in argv]
        if words[0] != "cni":
            command = [self.program, "--state-dir", os.path.join(self.work, "state"), *words]
            return run([*before, *command], timeout, extra_fds)
        env = {**os.environ, "CNI_COMMAND": words[1], "CNI_CONTAINERID": "f1", "CNI_IFNAME": "eth0",
               "CNI_NETNS": names["INSIDE"], "CNI_PATH": self.work,
               "NETCTL_STATE_DIR": os.path.join(self.work, "state")}
        with open(words[2], encoding="utf-8") as config:
            return run([*before, self.program], timeout, extra_fds, config, env)

    # ---- what is there ----

    def snapshot(self):
        """Lists of texts, by kind."""
        there = {"files": self.files(), "ovs": self.ovs_rows(), "nft": self.rules()}
        for title, name in (("host", None), ("inside", self.inside)):
            there[title + " links"] = self.listed("-d", "addr", netns=name)
            there[title + " routes"] = self.listed("route", "show", "table", "all", netns=name)
        return there

    def listed(self, *what, netns):
        rows = json.loads(ip("-j", *what, netns=netns) or "[]")
        # The kernel's own, with IPv6, for whatever is up.
        rows = [row for row in rows if row.get("dst") != "ff00::/8"]
        return sorted(json.dumps(steady(row), sort_keys=True) for row in rows)

    def files(self):
        """Records; the file of a lock stays, as it must."""
        state = os.path.join(self.work, "state")
        return sorted(os.path.relpath(os.path.join(d, f), state) for d, _, files in os.walk(state)
                      for f in files if os.path.basename(d) != "locks")

    def rules(self):
        return run(["nft", "list", "ruleset"]).out.splitlines()

    def ovs_rows(self):
        if not self.ovs:
            return []
        lists = []
        for table, columns in (("Bridge", "name"), ("Port", "name,tag,trunks,external_ids"),
                               ("Interface", "name,type")):
            lists += ["--", "--columns=" + columns, "list", table]
        return sorted(run(["ovs-vsctl", "--db=unix:" + self.socket(), "--timeout=10", "--format=csv",
                           "--no-headings", *lists]).out.splitlines())

    def settled(self, want, seconds=3):
        """The same, once what is about to come or go has done so."""
        wait_until(seconds, lambda: not differences(want, self.snapshot()))
        return self.snapshot()
