# SPDX-License-Identifier: Apache-2.0
"""The rows: what is measured, in which order, and what must be there for it."""

import random
import statistics

N_MANY = 500


class Row:
    """@share: of the rounds that are asked for, this row takes one in so many."""

    def __init__(self, key, title, unit, method, share=1, needs=None, once=False):
        self.key, self.title, self.unit, self.method = key, title, unit, method
        self.share, self.needs, self.once = share, needs, once


ROWS = [
    Row("run", "run /bin/true", "ms", "time_run"),
    Row("lifecycle", "create + start + delete", "ms", "time_lifecycle"),
    Row("delete", "delete --force, running", "ms", "time_delete"),
    Row("binds", "run with 40 bind mounts", "ms", "time_binds"),
    Row("cold", "run, 300 seccomp rules, cold", "ms", "time_cold"),
    Row("cached", "run, 300 seccomp rules, again", "ms", "time_cached"),
    Row("at-once", "50 x run at once", "ms", "time_at_once", share=8),
    Row("exec", "exec /bin/true", "ms", "time_exec", needs="long"),
    Row("update", "update --memory", "ms", "time_update", needs="long"),
    Row("memory", "peak memory: run", "KiB", "memory_run", share=5),
    Row("memory-exec", "peak memory: exec", "KiB", "memory_exec", share=5, needs="long"),
    Row("init", "init before start", "KiB", "created_kib", once=True, needs="long"),
    Row("limit", "smallest memory limit: run", "KiB", "smallest_run", once=True),
    Row("limit-exec", "smallest memory limit: exec", "KiB", "smallest_exec", once=True),
    Row("list", f"list, {N_MANY} containers", "ms", "time_list_table", share=2, needs="many"),
    Row("list-quiet", f"list --quiet, {N_MANY} containers", "ms", "time_list", share=2, needs="many"),
    Row("size", "program, stripped", "KiB", "size", once=True),
]


def call(column, method, *args):
    """A column that fails once is left out of what follows."""
    try:
        return getattr(column, method)(*args)
    except RuntimeError as e:
        column.broken = str(e)
        return None


def measure(columns, row, rounds):
    """Interleaved: every round calls each column once, in a new order. Two rounds warm up."""
    samples = {c.name: [] for c in columns}
    warm_up = 0 if row.once else 2
    rounds = 1 if row.once else max(1, rounds // row.share)
    for n in range(rounds + warm_up):
        active = [c for c in columns if hasattr(c, row.method) and not c.broken]
        random.shuffle(active)
        for c in active:
            value = call(c, row.method)
            if value is not None and n >= warm_up:
                samples[c.name].append(value)
    return {k: statistics.median(v) for k, v in samples.items() if v}


SET_UP = {None: None, "long": "start_long", "many": "start_many"}
TEAR_DOWN = {"long": "stop_long", "many": "stop_many"}


def run_rows(columns, keys, rounds, many):
    """The chosen rows, those with the same needs together: (title, unit, {column: value})."""
    results = {}
    for need, set_up in SET_UP.items():
        rows = [r for r in ROWS if r.needs == need and r.key in keys]
        if not rows:
            continue
        with_need = [c for c in columns if not set_up or hasattr(c, set_up)]
        try:
            for c in with_need:
                if set_up and not c.broken:
                    call(c, set_up, *([many] if need == "many" else []))
            for row in rows:
                results[row.key] = measure(with_need, row, rounds)
        finally:
            for c in with_need:
                if set_up:
                    call(c, TEAR_DOWN[need])
    return [(r.title, r.unit, results[r.key]) for r in ROWS if r.key in results]
