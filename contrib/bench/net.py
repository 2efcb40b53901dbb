#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compare netctl with ip, the CNI plugins and ovs-vsctl; README.md says what is measured.

Everything happens in network and mount namespaces of this program's own: the machine's interfaces
and mounts stay as they are, and nothing is left when it ends, however it ends."""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True  # not into the source tree

from bundles import build
from ovs import Ovs
from runtimes import Timer

INSIDE = "UNSHARED_FOR_NETCTL_BENCH"
NETNS = "/run/netns/inside"
CNI_DIR = "/usr/lib/cni"
ADDRESS, GATEWAY = "10.77.0.2/16", "10.77.0.1"


def fail(text):
    sys.exit("bench: " + text)


def enter_own_namespaces():
    """This program once more, where it cannot disturb anybody."""
    if os.environ.get(INSIDE):
        return
    os.environ[INSIDE] = "1"
    os.execvp("unshare", ["unshare", "--net", "--mount", sys.executable] + sys.argv)


def run(*args):
    done = subprocess.run(args, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(args)}: {done.stderr.strip() or done.stdout.strip()}")


def prepare():
    """A parent with a carrier, a bridge, and the namespace of a container."""
    run("mount", "-t", "tmpfs", "tmpfs", "/run")
    run("ip", "link", "set", "lo", "up")
    run("ip", "link", "add", "eth0", "up", "type", "veth", "peer", "name", "wire")
    run("ip", "link", "set", "wire", "up")
    run("ip", "link", "add", "br0", "up", "type", "bridge")
    run("ip", "addr", "add", GATEWAY + "/16", "dev", "br0")
    run("ip", "netns", "add", "inside")
    run("ip", "-n", "inside", "link", "set", "lo", "up")


class Column:
    """A tool: what to execute for each row, to attach and to detach."""

    def __init__(self, name, timer_program, work):
        self.name, self.work, self.broken = name, work, None
        self.log_path = os.path.join(work, name + ".stderr")
        self.log = open(self.log_path, "w")
        self.timer = Timer(timer_program, False, work, self.log)

    def commands(self, row):
        """Two lists of commands, or None when it has no part in the row."""
        raise NotImplementedError

    def row(self, row):
        """The same work, by other means of netctl's."""
        return "macvlan" if row == "vnics" else row

    def measure(self, row):
        """Milliseconds of all commands together."""
        total = 0
        for command in [c for part in self.commands(row) for c in part]:
            ns, _, status = self.timer.run(*command)
            if status:
                with open(self.log_path) as f:
                    raise RuntimeError(f"{self.name}: {' '.join(command)}: status {status}: "
                                       + f.read().strip()[-300:])
            total += ns
        return total / 1e6


class Netctl(Column):
    def __init__(self, path, ovs, *args):
        super().__init__("netctl", *args)
        self.path, self.ovs = path, ovs

    def vnics(self):
        path = os.path.join(self.work, "vnics")
        with open(path, "w") as f:
            json.dump([{"name": "eth0", "parent_interface": "eth0", "network_mode": "manual", "ip_address": ADDRESS,
                        "parent_gateway": GATEWAY}], f)
        return path

    def commands(self, row):
        if row == "ovs":
            return self.ovs.netctl(self.path)
        ours = [self.path, "--state-dir", os.path.join(self.work, "state")]
        to = ["--netns", NETNS, "--address", ADDRESS, "--gateway", GATEWAY]
        return {
            "vnics": ([ours + ["attach", "--netns", NETNS, self.vnics()]],
                      [ours + ["detach", "--netns", NETNS]]),
            "macvlan": ([ours + ["macvlan", "add", "--parent", "eth0", *to, "eth0"]],
                        [ours + ["macvlan", "del", "--netns", NETNS, "eth0"]]),
            "bridge": ([ours + ["veth", "add", "--bridge", "br0", *to, "veth0", "eth0"]],
                       [ours + ["veth", "del", "veth0"]]),
        }.get(row)


class Iproute(Column):
    """What a script would do."""

    def __init__(self, *args):
        super().__init__("ip", *args)

    def commands(self, row):
        ip, inside = ["ip"], ["ip", "-n", "inside"]
        configure = [inside + ["addr", "add", ADDRESS, "dev", "eth0"],
                     inside + ["link", "set", "eth0", "up"],
                     inside + ["route", "add", "default", "via", GATEWAY]]
        return {
            "macvlan": ([ip + ["link", "add", "link", "eth0", "name", "eth0", "netns", "inside", "type",
                               "macvlan", "mode", "bridge"], *configure],
                        [inside + ["link", "delete", "eth0"]]),
            "bridge": ([ip + ["link", "add", "veth0", "type", "veth", "peer", "name", "eth0", "netns",
                              "inside"],
                        ip + ["link", "set", "veth0", "master", "br0", "up"], *configure],
                       [ip + ["link", "delete", "veth0"]]),
        }.get(self.row(row))


class IprouteBatch(Iproute):
    """What a script that knows its tool would do: one process for each namespace."""

    def __init__(self, *args):
        super().__init__(*args)
        self.name = "ip -batch"

    def commands(self, row):
        both = super().commands(row)
        return both and tuple(self.batches(row, n, part) for n, part in enumerate(both))

    def batches(self, row, n, commands):
        parts = []
        for command in commands:
            inside = command[1] == "-n"
            line = " ".join(command[3 if inside else 1:])
            if parts and parts[-1][0] == inside:
                parts[-1][1].append(line)
            else:
                parts.append((inside, [line]))
        return [self.batch(f"{row}-{n}-{i}", *part) for i, part in enumerate(parts)]

    def batch(self, name, inside, lines):
        path = os.path.join(self.work, name + ".batch")
        with open(path, "w") as f:
            f.write("\n".join(lines) + "\n")
        return ["ip", *(["-n", "inside"] if inside else []), "-batch", path]


class Cni(Column):
    """Its macvlan and bridge plugins, with the static addresses of its plugin static."""

    def __init__(self, name, directory, *args):
        super().__init__(name, *args)
        self.directory = directory

    def config(self, row):
        ipam = {"type": "static", "addresses": [{"address": ADDRESS, "gateway": GATEWAY}],
                "routes": [{"dst": "0.0.0.0/0"}]}
        conf = {"cniVersion": "1.0.0", "name": "bench", "type": row, "ipam": ipam}
        conf.update({"master": "eth0"} if row == "macvlan" else {"bridge": "br0"})
        path = os.path.join(self.work, f"{row}-{self.name}.conf")
        with open(path, "w") as f:
            json.dump(conf, f)
        return path

    def commands(self, row):
        row = self.row(row)
        program = f"{self.directory}/{row}"
        if row not in ("macvlan", "bridge") or not os.access(program, os.X_OK):
            return None
        env = ["CNI_CONTAINERID=bench", f"CNI_NETNS={NETNS}", "CNI_IFNAME=eth0",
               f"CNI_PATH={self.directory}", f"NETCTL_STATE_DIR={self.work}/state"]
        call = ["<" + self.config(row), *["$" + e for e in env]]
        return ([["$CNI_COMMAND=ADD", *call, program]], [["$CNI_COMMAND=DEL", *call, program]])


def own_plugins(netctl, work):
    """A directory in which netctl is a CNI plugin."""
    directory = os.path.join(work, "plugins")
    os.mkdir(directory)
    for name in ("macvlan", "bridge", "static"):
        os.symlink(netctl, os.path.join(directory, name))
    return directory


class Vsctl(Column):
    """Open vSwitch's own tool."""

    def __init__(self, ovs, *args):
        super().__init__("ovs-vsctl", *args)
        self.ovs = ovs

    def commands(self, row):
        return self.ovs.vsctl() if row == "ovs" else None


class Floor(Column):
    """Only the kernel's calls, and with @variant the same until the kernel says that it is gone."""

    def __init__(self, ovs, variant, *args):
        super().__init__("floor" + (f" ({variant})" if variant else ""), *args)
        self.ovs, self.variant = ovs, variant
        self.path = build(self.work, "net_floor", [])

    def commands(self, row):
        if row == "ovs":
            return None if self.variant else ([[self.path, "ovs", self.ovs.socket]], [])
        return ([[self.path, *(["-v", self.variant] if self.variant else []), self.row(row), NETNS]], [])


ROWS = ["macvlan", "vnics", "bridge", "ovs"]


def measure_row(row, columns, rounds):
    """{column: median in ms}; every round runs each once, in a new order."""
    times = {c: [] for c in columns if not c.broken and c.commands(row)}
    order = list(times)
    for n in range(rounds + 2):
        for c in order[n % len(order):] + order[:n % len(order)]:
            try:
                ms = c.measure(row)
            except RuntimeError as e:
                c.broken = str(e)
                return measure_row(row, columns, rounds)
            if n >= 2: # the first ones fill caches
                times[c].append(ms)
    return {c.name: statistics.median(t) for c, t in times.items()}


def print_table(rows, names):
    others = names[1:]
    print("| ms | " + " | ".join(names + [f"{names[0]} / {o}" for o in others]) + " |")
    print("|---|" + "---:|" * (len(names) + len(others)))
    for row, medians in rows.items():
        cells = [f"{medians[n]:.2f}" if n in medians else "-" for n in names]
        own = medians.get(names[0])
        cells += [f"{own / medians[o]:.2f}" if own and o in medians else "-" for o in others]
        print(f"| {row} | " + " | ".join(cells) + " |")


def parse_args():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("netctl", nargs="?", default="./netctl", help="default: ./netctl")
    parser.add_argument("--rounds", type=int, default=40, help="at least 30 for medians to mean much")
    parser.add_argument("--rows", default=",".join(ROWS), help="only these: " + ", ".join(ROWS))
    args = parser.parse_args()
    unknown = set(args.rows.split(",")) - set(ROWS)
    if unknown:
        parser.error("no such row: " + ", ".join(sorted(unknown)))
    return args


def main():
    args = parse_args()
    if os.geteuid() != 0:
        fail("needs root")
    enter_own_namespaces()
    os.environ["PATH"] = os.environ.get("PATH", "") + ":/usr/local/sbin:/usr/sbin:/sbin"
    work = tempfile.mkdtemp(prefix="netctl-bench-")
    columns, names, netctl = [], args.rows.split(","), os.path.abspath(args.netctl)
    ovs = Ovs(work)
    try:
        prepare()
        if "ovs" in names and not ovs.is_installed():
            print("bench: Open vSwitch is not installed: its row is missing")
            names.remove("ovs")
        if "ovs" in names:
            ovs.start(netctl)
        common = (build(work, "timer", []), work)
        columns = [Netctl(netctl, ovs, *common), Floor(ovs, None, *common),
                   Floor(ovs, "notice", *common), Iproute(*common), IprouteBatch(*common),
                   Cni("cni", CNI_DIR, *common),
                   Cni("netctl as cni", own_plugins(netctl, work), *common), Vsctl(ovs, *common)]
        rows = {row: measure_row(row, columns, args.rounds) for row in names}
        print(f"medians of {args.rounds} interleaved rounds\n")
        print_table(rows, [c.name for c in columns])
        broken = [c.broken for c in columns if c.broken]
        for text in broken:
            print("bench: " + text, file=sys.stderr)
        return 1 if broken else 0
    except RuntimeError as e:
        return fail(str(e))
    finally:
        for c in columns:
            c.timer.close()
        ovs.stop()
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
