# SPDX-License-Identifier: Apache-2.0
"""An Open vSwitch of the benchmark's own, with its datapath in user space, for net.py's row "ovs"."""

import os
import signal
import subprocess

SCHEMA = "/usr/share/openvswitch/vswitch.ovsschema"
VSWITCHD = "/usr/lib/openvswitch-switch/ovs-vswitchd"
BRIDGE = "ovsbr0"


class Ovs:
    """Its daemons live in the caller's network namespace; what they write is below @work."""

    def __init__(self, work):
        self.work, self.pids = os.path.join(work, "ovs"), []
        self.socket = os.path.join(self.work, "db.sock")

    @staticmethod
    def is_installed():
        return os.access(VSWITCHD, os.X_OK) and os.path.exists(SCHEMA)

    def start(self, netctl):
        os.mkdir(self.work)
        database = os.path.join(self.work, "conf.db")
        self.call("ovsdb-tool", "create", database, SCHEMA)
        self.daemon("ovsdb", "ovsdb-server", database, "--remote=punix:" + self.socket)
        self.daemon("vswitchd", VSWITCHD, "unix:" + self.socket)
        self.call(netctl, "ovs", "add-br", "--db", self.socket, "--datapath-type", "netdev", BRIDGE)
        self.call("ip", "link", "add", "port0", "type", "veth", "peer", "name", "port1")

    def daemon(self, name, *argv):
        pid_file = os.path.join(self.work, name + ".pid")
        self.call(*argv, "--detach", "--no-chdir", "-vconsole:off", f"--log-file={self.work}/{name}.log",
                  "--pidfile=" + pid_file, f"--unixctl={self.work}/{name}.ctl")
        with open(pid_file) as f:
            self.pids.append(int(f.read()))

    def call(self, *argv):
        env = {**os.environ, **{f"OVS_{k}DIR": self.work for k in ("RUN", "LOG", "DB", "SYSCONF")}}
        done = subprocess.run(argv, capture_output=True, text=True, env=env)
        if done.returncode:
            raise RuntimeError(f"{' '.join(argv)}: {done.stderr.strip()}")

    def stop(self):
        for pid in self.pids:
            os.kill(pid, signal.SIGKILL)
        self.pids.clear()

    # ---- what is measured: (to attach, to detach), each a list of commands ----

    def netctl(self, program):
        ovs = [program, "ovs"]
        return ([ovs + ["add-port", "--db", self.socket, "--tag", "7", BRIDGE, "port0"]],
                [ovs + ["del-port", "--db", self.socket, BRIDGE, "port0"]])

    def vsctl(self):
        ovs = ["ovs-vsctl", "--db=unix:" + self.socket]
        return ([ovs + ["add-port", BRIDGE, "port0", "tag=7"]], [ovs + ["del-port", BRIDGE, "port0"]])
