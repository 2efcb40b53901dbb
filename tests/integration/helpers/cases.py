#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""cases.py TABLE SECTION: what a runtime says to each configuration of a table's section.

A line of the table is "VERDICT ;; NAME ;; EDIT ;; TEXT". EDIT is a jq expression over the test's
config.json; if it gives a string, that is the whole file instead, a byte for each character. VERDICT:

refuse   create fails with status 1, with one line on stderr that matches TEXT, and leaves nothing
refuse!  the same; runc 1.1 takes it, hangs, crashes or says something of no use
accept   run succeeds, with TEXT, if any, on its stdout
accept!  the same; runc 1.1 refuses it
fail     run fails like that, maybe only when the program is to be executed
fail!    the same; runc 1.1 does something else

Lines "== SECTION" begin a section, lines "jq ..." define functions, lines with # are comments. Of every
case the time and the memory are limited. The environment says where everything is: RUNTIME_BIN, ROOT,
BUNDLE, WORK, CG. With SHOW set nothing is judged: all answers are printed.
"""
import glob
import json
import os
import re
import subprocess
import sys
import time

SLOW = float(os.environ.get("SLOW", "1"))  # how much slower than usual this machine may be
HANG_S = 10 * SLOW
CPU_S = 1.0 * SLOW
RSS_KIB = 32 << 10

ENV = os.environ
RUNTIME, ROOT, BUNDLE, WORK, CG = (ENV[n] for n in ("RUNTIME_BIN", "ROOT", "BUNDLE", "WORK", "CG"))
IS_RUNLET = os.path.basename(RUNTIME).startswith("runlet")
CONFIG = os.path.join(BUNDLE, "config.json")
# A sanitizer's end is to call exit_group until that succeeds.
NEVER_ENDING = ("everything refused",)


class Case:
    def __init__(self, line):
        self.verdict, self.name, self.edit, self.text = (w.strip() for w in line.split(" ;; "))
        self.is_ours = self.verdict.endswith("!")
        self.accepted = self.verdict.startswith("accept")


def read_table(path, section):
    functions, cases, here = [], [], False
    with open(path, encoding="utf-8") as f:
        for line in f:
            line = line.rstrip("\n")
            if line.startswith("jq "):
                functions.append(line[3:])
            elif line.startswith("== "):
                here = line[3:] == section
            elif here and line and not line.startswith("#"):
                cases.append(Case(line))
    return functions, cases


def edit_all(functions, cases):
    """One run of jq for all of them: a file with a line for each."""
    program = "\n".join(functions) + "\n" + ",\n".join(f"({c.edit})" for c in cases)
    path = os.path.join(WORK, "edited")
    with open(path, "wb") as out:
        subprocess.run(["jq", "-c", program, CONFIG], stdout=out, check=True)
    return path


def line_starts(path):
    """Offsets of all lines, and of the end. In pieces: see write_config."""
    starts, at = [0], 0
    with open(path, "rb") as f:
        while piece := f.readline(65536):
            at += len(piece)
            if piece.endswith(b"\n"):
                starts.append(at)
    return starts


def write_config(path, start, end):
    """By a child, since what this process ever held counts as its later children's memory."""
    pid = os.fork()
    if pid == 0:
        with open(path, "rb") as edited, open(CONFIG, "wb") as out:
            edited.seek(start)
            text = edited.read(end - start)
            out.write(json.loads(text).encode("latin-1") if text[:1] == b'"' else text)
        os._exit(0)
    os.waitpid(pid, 0)


def wait(pid):
    end = time.monotonic() + HANG_S
    while time.monotonic() < end:
        done, status, usage = os.wait4(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status), usage
        time.sleep(0.002)
    os.kill(pid, 9)
    os.wait4(pid, 0)
    return None, None


def run(*args):
    out, err = os.path.join(WORK, "case.out"), os.path.join(WORK, "case.err")
    actions = [(os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0)]
    for fd, path in ((1, out), (2, err)):
        actions.append((os.POSIX_SPAWN_OPEN, fd, path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
    pid = os.posix_spawn(RUNTIME, [RUNTIME, "--root", ROOT, *args], ENV, file_actions=actions)
    status, usage = wait(pid)
    texts = []
    for path in (out, err):
        with open(path, errors="backslashreplace", encoding="utf-8") as f:
            texts.append(f.read(4096))
    return status, usage, *texts


def is_instrumented():
    with open(RUNTIME, "rb") as f:
        return b"__asan_init" in f.read()


def left():
    """What is seen at once; the test's teardown looks for processes, too."""
    found = os.listdir(ROOT) if os.path.isdir(ROOT) else []
    found += glob.glob(f"/sys/fs/cgroup/{CG}*") + glob.glob(f"/sys/fs/cgroup/*/{CG}*")
    with open("/proc/self/mountinfo", encoding="utf-8") as f:
        found += [line for line in f if BUNDLE in line]
    return found


def delete():
    subprocess.run([RUNTIME, "--root", ROOT, "delete", "--force", CG],
                   check=False, capture_output=True)


def complaint(case, status, usage, out, err, limits):
    if status is None:
        return f"hangs for more than {HANG_S} s"
    if status < 0:
        return f"killed by signal {-status}"
    if limits and usage.ru_maxrss > RSS_KIB:
        return f"used {usage.ru_maxrss} KiB of memory"
    if limits and usage.ru_utime + usage.ru_stime > CPU_S:
        return f"took {usage.ru_utime + usage.ru_stime:.2f} s"
    if case.accepted:
        if status != 0:
            return f"status {status}"
        return None if re.search(case.text, out) else f"stdout has no match for {case.text}"
    if status != 1:
        return f"status {status}, not 1"
    if IS_RUNLET and err.count("\n") != 1:
        return "not one line on stderr"
    if IS_RUNLET and not re.search(case.text, err.replace('\\"', '"')):
        return f"stderr has no match for {case.text}"
    return None


def main():
    table, section = sys.argv[1:]
    functions, cases = read_table(table, section)
    instrumented = is_instrumented()
    show, limits, bad = "SHOW" in ENV, IS_RUNLET and not instrumented, 0
    edited = edit_all(functions, cases)
    starts = line_starts(edited)
    if len(starts) != len(cases) + 1:
        sys.exit(f"{len(cases)} cases gave {len(starts) - 1} configurations")
    for case, start, end in zip(cases, starts, starts[1:]):
        write_config(edited, start, end)
        if case.is_ours and not IS_RUNLET and not show:
            continue
        if instrumented and case.name in NEVER_ENDING:
            continue
        verb = "create" if case.verdict.startswith("refuse") else "run"
        status, usage, out, err = run(verb, "--bundle", BUNDLE, CG)
        wrong = complaint(case, status, usage, out, err, limits)
        if not case.accepted and status == 0:
            delete()
        rest = left()
        if rest:
            wrong = f"{wrong or 'as expected'}, and left {rest[:3]}"
            delete()
        if show:
            rss, cpu = (usage.ru_maxrss, usage.ru_utime + usage.ru_stime) if usage else (0, 0)
            print(f"{'BAD ' if wrong else '    '}{case.verdict} {case.name}: {status} "
                  f"{rss}K {cpu:.2f}s {wrong or ''}\n        {err.strip()[:400]}{out.strip()[:80]}")
        elif wrong:
            bad += 1
            print(f"{case.name}: {wrong}\n  edit: {case.edit[:200]}\n  stderr: {err.strip()[:500]}")
    print(f"{len(cases)} cases, {bad} bad")
    sys.exit(1 if bad or not cases else 0)


main()
