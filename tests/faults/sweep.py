# SPDX-License-Identifier: Apache-2.0
"""Injures one operation at one system call, and judges what it left behind."""
import errno
import json
import os

from box import HANG_S, alive, has_executed, reap, run, wait_until
from operations import same_as

# Failing memory ends a program at once, which may say so or not.
MEMORY_CALLS = ("brk", "mmap", "munmap", "mprotect", "mremap", "madvise")
# Where init waits once it has said that it lives on its own: runlet's, and others'.
INIT_WAITS = ("read", "accept4", "accept")
STATUSES = ("creating", "created", "running", "paused", "stopped")


class Point:
    """Where and how: @who's calls are counted, at number @n @victim is killed (or signalled), or
    the call fails with @error."""

    def __init__(self, operation, config, who, n, victim=None, error=None, signal=None):
        self.operation, self.config, self.who, self.n = operation, config, who, n
        self.victim, self.error, self.signal = victim, error, signal

    def options(self):
        options = ["-w", self.who, "-n", str(self.n)]
        if self.victim:
            options += ["-k", self.victim]
        if self.signal:
            options += ["-s", str(self.signal)]
        if self.error:
            options += ["-e", str(self.error)]
        return options

    def how(self):
        if self.error:
            return errno.errorcode[self.error]
        return f"signal {self.signal}" if self.signal else "killed"


def stepped(box, operation, options):
    """Runs the operation below the stepper; the program's result and the stepper's report."""
    report = os.memfd_create("report")
    os.set_inheritable(report, True)
    attached = operation.attach(box)
    argv = [box.stepper, "-t", str(HANG_S * 1000), "-r", str(report), *options]
    if attached:
        argv += ["-a", str(attached)]
    result = run(argv + ["--", *operation.argv(box)], 2 * HANG_S, (report,))
    text = os.pread(report, 1 << 16, 0).decode()
    os.close(report)
    if not text:
        raise RuntimeError(f"stepper {argv}: status {result.rc}: {result.err}")
    told = dict(word.split("=", 1) for word in text.split())
    pids = {int(pid) for pid in told.pop("pids").split(",") if pid}
    box.pids |= pids
    calls = {who: told.pop(who + "_calls").split(",")[:-1] for who in ("main", "child")}
    numbers = {key: int(value) for key, value in told.items()}
    numbers["pids"], numbers["calls"] = pids, calls
    box.result = result
    result.rc = os.waitstatus_to_exitcode(numbers["status"])
    return result, numbers


def true_status(box, document):
    """None when the state document is true, else why it is not."""
    status, pid = document.get("status"), document.get("pid", 0)
    if status not in STATUSES:
        return f"status {status!r}"
    if status == "creating":
        return "creating, and nobody is at it"
    lives = bool(pid) and alive(pid)
    if status == "stopped":
        living = [p for p in box.processes() if p in box.members()]
        return f"stopped, and {living} live" if living else None
    if not lives:
        return f"{status}, and its pid {pid} does not live"
    if (status == "paused") != box.frozen():
        return f"{status}, and frozen is {box.frozen()}"
    if box.runlet and status in ("created", "running") and \
            (status == "running") != has_executed(pid):
        return f"{status}, and executed is {has_executed(pid)}"
    return None


def judge_state(box):
    """Problems of `state` and `list`."""
    result = box.call("state", box.id)
    if result.rc is None:
        return ["state hangs"]
    if result.rc != 0:
        if "does not exist" not in result.err:
            return [f"state: {result.err.strip()}"]
        if box.runlet and box.id in box.states():
            return ["state: does not exist, and has a state directory"]
    else:
        why = true_status(box, json.loads(result.out))
        if why:
            return [f"state is not honest: {why}"]
    listed = box.call("list", "--format", "json")
    if listed.rc != 0:
        return [f"list: status {listed.rc}: {listed.err.strip()}"]
    ids = [row["id"] for row in json.loads(listed.out) or []]
    if (box.id in ids) != (result.rc == 0):
        return [f"list has {ids}, and state's status is {result.rc}"]
    return []


def judge_error(box, point, result, call):
    """A failure must say why, once."""
    if call in MEMORY_CALLS:
        return []
    if result.rc < 0:
        return [f"ended by {result.rc}: {result.err.strip()}"]
    errors = [line for line in result.lines() if "level=error" in line] if box.runlet else \
        result.lines()
    if len(errors) != 1:
        return [f"{len(errors)} messages: {result.err.strip()!r}"]
    return []


class Verdict:
    """What one point showed."""

    def __init__(self, point):
        self.point = point
        self.reached = False
        self.call = ""
        self.rc = None
        self.left_after = {}
        self.left_at_end = {}
        self.hang = self.delete_failed = self.not_reusable = False
        self.ignored = False  # the failing call, and all was as asked for
        self.fds = 0
        self.problems = []


def judge_success(box, point, result, call, reference):
    problems = point.operation.untrue(box, False)
    # It says so: the exit status is the program's, or the other containers' list is complete, or the state
    # that cannot be read is "damaged".
    if point.operation.name in ("run", "list", "state") and result.lines():
        return []
    # Init's, when the runtime has done its work: it waits for its start.
    if call in INIT_WAITS and wait_until(1, lambda: not alive(box.init())):
        return problems
    if not problems and reference is not None:
        problems = same_as(reference, point.operation.attested(box))
    return problems


def judge_injury(box, point, result, verdict, reference):
    if point.error and result.rc == 0:
        verdict.ignored = True
        verdict.problems += judge_success(box, point, result, verdict.call, reference)
    elif point.error:
        verdict.problems += judge_error(box, point, result, verdict.call)
        verdict.problems += point.operation.untrue(box, True)
        if point.operation.makes and verdict.left_after and verdict.call not in MEMORY_CALLS:
            verdict.problems.append(f"{result.err.strip()!r}, and left {verdict.left_after}")
    elif point.signal and result.rc != 0 and verdict.left_after:
        verdict.problems.append(f"status {result.rc}, and left {verdict.left_after}")
    elif point.signal and result.rc == 0:
        verdict.problems += judge_success(box, point, result, verdict.call, reference)
    elif result.rc == 0 and verdict.reached and point.victim == "child" and \
            point.operation.children and "--force" not in point.operation.name:
        verdict.problems += judge_success(box, point, result, verdict.call, reference)


def judge_life(box, point, verdict):
    """The container that the operation was about goes on."""
    if not point.operation.lives or point.victim == "init":
        return
    if not alive(box.init()):
        verdict.problems.append("the container is dead")
        return
    if box.call("state", box.id).out.find('"paused"') >= 0:
        box.call("resume", box.id)
    again = box.call("exec", box.id, "true")
    if again.rc != 0:
        verdict.problems.append(f"the next exec: {again.err.strip()}")


def judge_end(box, verdict):
    deleted = box.call("delete", "--force", box.id)
    if deleted.rc != 0:
        verdict.delete_failed = True
        verdict.problems.append(f"delete --force: status {deleted.rc}: {deleted.err.strip()}")
    verdict.left_at_end = box.left_at_last()
    if verdict.left_at_end:
        verdict.problems.append(f"left after delete --force: {verdict.left_at_end}")
        box.sweep()
    again = box.call("create", "--bundle", box.bundle, "--pid-file", box.pid_file, box.id)
    if again.rc == 0:
        box.init()
    gone = box.call("delete", "--force", box.id)
    if again.rc != 0 or gone.rc != 0 or box.left_at_last():
        verdict.not_reusable = True
        verdict.problems.append(f"the id again: {again.err.strip()} {gone.err.strip()}")
        box.sweep()


def settle(pids):
    """What dies with its parent may take a moment."""
    def unfinished():
        reap()
        return [p for p in pids if alive(p) and not has_executed(p)]
    wait_until(0.3, lambda: not unfinished())


def visit(box, point, reference, names):
    """One point from start to end."""
    verdict = Verdict(point)
    box.forget_keyrings()
    box.pids.clear()
    box.write_config(json.loads(json.dumps(point.config)))
    point.operation.prepare(box)
    before = set(box.pids)
    result, told = stepped(box, point.operation, point.options())
    verdict.rc, verdict.fds = result.rc, told["fds"]
    verdict.hang = bool(told["hang"])
    verdict.reached = told["hit"] >= 0
    verdict.call = names.get(told["hit"], str(told["hit"]))
    if verdict.hang:
        verdict.problems.append("hangs")
    if result.rc != 0:
        settle(told["pids"] - before)
    verdict.left_after = box.left()
    judge_injury(box, point, result, verdict, reference)
    problems = judge_state(box)
    if problems and not wait_until(1, lambda: not judge_state(box)):
        verdict.problems += problems
    judge_life(box, point, verdict)
    judge_end(box, verdict)
    return verdict


def count(box, operation, config):
    """An uninjured run: how many calls each role makes, and what a success looks like."""
    box.forget_keyrings()
    box.pids.clear()
    box.write_config(json.loads(json.dumps(config)))
    operation.prepare(box)
    result, told = stepped(box, operation, [])
    if result.rc != 0:
        raise RuntimeError(f"{operation.name}, uninjured: {result.err}")
    problems = operation.untrue(box, False)
    if problems:
        raise RuntimeError(f"{operation.name}, uninjured: {problems}")
    reference = operation.attested(box)
    box.must("delete", "--force", box.id)
    left = box.left_at_last()
    if left:
        raise RuntimeError(f"{operation.name}, uninjured: left {left}")
    return told, reference
