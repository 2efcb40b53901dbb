# SPDX-License-Identifier: Apache-2.0
"""What a container's process really has, in a form that is the same for every container made of one
configuration: what an injured runtime called a success is compared with an uninjured one's."""
import ctypes
import os
import re
import stat

STATUS = ("Umask", "Uid", "Gid", "Groups", "NStgid", "CapInh", "CapPrm", "CapEff", "CapBnd",
          "CapAmb", "NoNewPrivs", "Seccomp", "Seccomp_filters", "Cpus_allowed", "SigBlk", "SigIgn",
          "SigCgt", "Threads")
FILES = ("limits", "oom_score_adj", "personality", "setgroups", "uid_map", "gid_map",
         "timens_offsets", "net/fib_trie", "sessionid", "attr/current")
CGROUP_FILES = ("memory.limit_in_bytes", "memory.max", "pids.max", "cpu.shares", "cpu.weight",
                "devices.list", "cpu.cfs_quota_us", "cpu.max", "freezer.state", "cgroup.freeze")
SYSCTLS = ("net/ipv4/ip_unprivileged_port_start", "net/ipv4/ping_group_range")
NAMESPACES = ("cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts")

libc = ctypes.CDLL(None, use_errno=True)


def read(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as f:
            return f.read()
    except OSError as e:
        return f"({e.strerror})"


def status(pid):
    rows = dict(line.split(":", 1) for line in read(f"/proc/{pid}/status").splitlines()
                if ":" in line)
    found = {f"status {key}": rows.get(key, "").strip() for key in STATUS}
    # The pid differs outside; how many namespaces deep, and which number inside, does not.
    found["status NStgid"] = found["status NStgid"].split()[1:]
    return found


def mounts(pid, box):
    rows = []
    for line in read(f"/proc/{pid}/mountinfo").splitlines():
        left, _, right = line.partition(" - ")
        fields = left.split()
        kind, source, options = right.split(" ", 2)
        optional = sorted(re.sub(r":\d+", "", f) for f in fields[6:])
        row = " ".join([fields[3], fields[4], fields[5], kind, source, options, *optional])
        rows.append(row.replace(box.work, "WORK").replace(box.id, "ID"))
    return {"mounts": rows}


def devices(pid):
    found = {}
    top = f"/proc/{pid}/root/dev"
    for directory, _, names in os.walk(top):
        for name in names:
            path = os.path.join(directory, name)
            try:
                st = os.lstat(path)
            except OSError:
                continue
            what = os.readlink(path) if stat.S_ISLNK(st.st_mode) else st.st_rdev
            found[path[len(top):]] = f"{st.st_mode:o} {st.st_uid}:{st.st_gid} {what}"
    return {"dev": found}


def namespaces(pid):
    own = {}
    for name in NAMESPACES:
        try:
            own[f"namespace {name}"] = (os.readlink(f"/proc/{pid}/ns/{name}") !=
                                        os.readlink(f"/proc/self/ns/{name}"))
        except OSError as e:
            own[f"namespace {name}"] = e.strerror
    return own


def from_inside(pid):
    """What only a process in the namespaces sees."""
    r, w = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            for name in ("uts", "net"):
                libc.setns(os.open(f"/proc/{pid}/ns/{name}", os.O_RDONLY), 0)
            seen = [os.uname().nodename, *(read(f"/proc/sys/{name}") for name in SYSCTLS)]
        except OSError as e:
            seen = e.strerror
        os.write(w, repr(seen).encode())
        os._exit(0)
    os.close(w)
    os.waitpid(child, 0)
    seen = os.read(r, 4096).decode()
    os.close(r)
    return {"names and sysctls": seen}


def descriptors(pid, box):
    """Their kinds; the numbers of those that init waits with are what was free."""
    kinds = []
    for fd in os.listdir(f"/proc/{pid}/fd"):
        target = os.readlink(f"/proc/{pid}/fd/{fd}").replace(box.work, "WORK").replace(box.id, "ID")
        target = re.sub(r"\d+", "N", target)
        kinds.append(f"{fd} {target}" if int(fd) <= 2 else target)
    return {"descriptors": sorted(kinds)}


def cgroups(pid, box):
    found = {"cgroup": [re.sub(r"^\d+", "", line).replace(box.id, "ID")
                        for line in read(f"/proc/{pid}/cgroup").splitlines()]}
    found["cgroup"].sort()
    for path in box.cgroups():
        for name in CGROUP_FILES:
            full = os.path.join(path, name)
            if os.path.exists(full):
                found["cgroup " + name] = read(full)
    return found


def attest(box, pid):
    found = {name: read(f"/proc/{pid}/{name}") for name in FILES}
    found.update(status(pid))
    found.update(mounts(pid, box))
    found.update(namespaces(pid))
    found.update(from_inside(pid))
    found.update(descriptors(pid, box))
    found.update(cgroups(pid, box))
    found.update(devices(pid))
    found["cwd"] = os.readlink(f"/proc/{pid}/cwd")
    # Of a created init it is the runtime, or a sealed copy of it.
    found["exe"] = os.path.basename(os.readlink(f"/proc/{pid}/exe")).replace(
        "memfd:runlet (deleted)", "")
    found["environ"] = sorted(read(f"/proc/{pid}/environ").split("\0"))
    found["keyring"] = len(box.keyrings())
    return found


def differences(want, have):
    """One line for each item that is not the same."""
    rows = []
    for key in sorted(set(want) | set(have)):
        a, b = want.get(key), have.get(key)
        if a == b:
            continue
        if isinstance(a, list) and isinstance(b, list):
            a, b = [x for x in a if x not in b], [x for x in b if x not in a]
        elif isinstance(a, dict) and isinstance(b, dict):
            a, b = ({k: v for k, v in x.items() if y.get(k) != v} for x, y in ((a, b), (b, a)))
        rows.append(f"{key}: {b!r}, not {a!r}")
    return rows
