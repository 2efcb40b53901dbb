# SPDX-License-Identifier: Apache-2.0
"""The operations that are injured: what comes before each, and what must be true after it."""
import json
import os
import signal

from attest import attest, differences
from box import alive, has_executed, wait_until

PIDS_LIMIT = "77"


class Operation:
    """One command of the runtime."""

    name = ""
    makes = False  # a container, which is gone again when it fails
    children = False  # it forks
    lives = False  # whatever becomes of it, the container goes on as it was
    signals = False  # ends in order when it is told to
    thinner = 1  # by which its sweeps are, when they are not complete
    init = False  # init is at work too: its calls are the child's

    def prepare(self, box):
        """What the operation needs. Nothing here is injured."""

    def argv(self, box):
        raise NotImplementedError

    def attach(self, box):
        """The process to trace beside the runtime's."""
        return box.init() if self.init else None

    def attested(self, box):
        """A success in full, to compare with an uninjured one's."""
        return {}

    def untrue(self, box, failed):
        """Sentences on what is not as the exit status says."""
        return []


class Create(Operation):
    name, makes, children, signals = "create", True, True, True

    def argv(self, box):
        return box.command("create", "--bundle", box.bundle, "--pid-file", box.pid_file, box.id)

    def attested(self, box):
        return attest(box, box.init())


class RunDetached(Create):
    name, thinner = "run -d", 3

    def argv(self, box):
        return box.command("run", "-d", "--bundle", box.bundle, "--pid-file", box.pid_file, box.id)


class Run(Operation):
    """In the foreground: nothing is left when it has ended."""
    name, makes, children, thinner = "run", True, True, 3

    def prepare(self, box):
        path = os.path.join(box.bundle, "config.json")
        with open(path, encoding="utf-8") as f:
            config = json.load(f)
        config["process"]["args"] = ["true"]
        with open(path, "w", encoding="utf-8") as f:
            json.dump(config, f)

    def argv(self, box):
        return box.command("run", "--bundle", box.bundle, box.id)

    def untrue(self, box, failed):
        return [] if failed else [f"left: {kind} {what}" for kind, what in
                                  box.left_at_last().items()]


class Start(Operation):
    name, children, init = "start", True, True

    def prepare(self, box):
        box.create()

    def argv(self, box):
        return box.command("start", box.id)

    def attested(self, box):
        return attest(box, box.init())

    def untrue(self, box, failed):
        pid = box.init()
        if failed and alive(pid) and has_executed(pid):
            return ["start failed, and the program runs"]
        if not failed and not has_executed(pid):
            return ["start succeeded, and the program never ran"]
        return []


class OnRunning(Operation):
    """On a container that runs."""
    lives = True

    def prepare(self, box):
        box.create()
        box.must("start", box.id)


class Exec(OnRunning):
    name, children = "exec", True

    def exec_pid_file(self, box):
        return box.pid_file + ".exec"

    def prepare(self, box):
        super().prepare(box)
        if os.path.exists(self.exec_pid_file(box)):
            os.unlink(self.exec_pid_file(box))

    def argv(self, box):
        return box.command("exec", "-d", "--pid-file", self.exec_pid_file(box), box.id,
                           "sleep", "1000")

    def attested(self, box):
        with open(self.exec_pid_file(box), encoding="utf-8") as f:
            pid = int(f.read())
        box.pids.add(pid)
        return attest(box, pid)

    def untrue(self, box, failed):
        others = lambda: [p for p in box.members() | box.pids if p != box.init() and alive(p)]
        if failed:
            wait_until(1, lambda: not others())
            return [f"exec failed, and its process lives: {p}" for p in others()]
        return []


class ExecInForeground(OnRunning):
    name, children, thinner = "exec, waited for", True, 3

    def argv(self, box):
        return box.command("exec", box.id, "true")


class Delete(Operation):
    name = "delete"

    def prepare(self, box):
        pid = box.create()
        os.kill(pid, signal.SIGKILL)
        wait_until(5, lambda: not alive(pid))

    def argv(self, box):
        return box.command("delete", box.id)

    def untrue(self, box, failed):
        left = box.left_at_last(0 if failed else 1)
        if failed and "state" not in left and left:
            return [f"delete failed, and can find no more what is left: {left}"]
        return [] if failed else [f"left: {kind} {what}" for kind, what in left.items()]


class DeleteForce(Delete):
    name = "delete --force"

    def prepare(self, box):
        box.create()
        box.must("start", box.id)

    def argv(self, box):
        return box.command("delete", "--force", box.id)


class Kill(OnRunning):
    name, lives = "kill", False

    def argv(self, box):
        return box.command("kill", box.id, "KILL")

    def untrue(self, box, failed):
        pid = box.init()
        if not failed and not wait_until(2, lambda: not alive(pid)):
            return ["kill succeeded, and init lives"]
        return []


class KillAll(Kill):
    name = "kill --all"

    def argv(self, box):
        return box.command("kill", "--all", box.id, "KILL")


class Pause(OnRunning):
    name = "pause"

    def argv(self, box):
        return box.command("pause", box.id)

    def untrue(self, box, failed):
        return [] if box.frozen() != failed else [f"failed is {failed}, and so is frozen"]


class Resume(OnRunning):
    name = "resume"

    def prepare(self, box):
        super().prepare(box)
        box.must("pause", box.id)

    def argv(self, box):
        return box.command("resume", box.id)

    def untrue(self, box, failed):
        return [] if failed or not box.frozen() else ["resume succeeded, and it is frozen"]


class Update(OnRunning):
    name = "update"

    def argv(self, box):
        return box.command("update", "--pids-limit", PIDS_LIMIT, box.id)

    def untrue(self, box, failed):
        values = set()
        for path in box.cgroups():
            try:
                with open(os.path.join(path, "pids.max"), encoding="utf-8") as f:
                    values.add(f.read().strip())
            except OSError:
                pass
        return [] if failed == (PIDS_LIMIT not in values) else [
            f"failed is {failed}, and pids.max is {values}"]


class State(OnRunning):
    name = "state"

    def argv(self, box):
        return box.command("state", box.id)

    def attested(self, box):
        document = json.loads(box.result.out)
        return {key: document.get(key) for key in ("ociVersion", "status", "annotations", "owner")}


class List(OnRunning):
    name = "list"

    def argv(self, box):
        return box.command("list", "--format", "json")

    def attested(self, box):
        return {"list": [(row["status"], row["pid"] > 0)
                         for row in json.loads(box.result.out) or []]}


OPERATIONS = [cls() for cls in (Create, RunDetached, Run, Start, Exec, ExecInForeground, Delete,
                                DeleteForce, Kill, KillAll, Pause, Resume, Update, State, List)]


def same_as(reference, have):
    return [f"not as asked for: {row}" for row in differences(reference, have)]
