"""Pages of the desk with 1,000 and with 100,000 cases, asked in turn (QU1, PERFORMANCE).

Both databases are made in the run by `seed_scale`. `BENCH_CASES=200,2000` takes other sizes. Fails
when the median of a page is more than 1.5 times that of the smaller one, and an allowance of some
milliseconds against noise, or when a page reads a large table from end to end. Figures go to
standard output, and with all plans to `var/bench/desk.txt`.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from tests.support import environment
from tests.support.processes import test_environment

pytestmark = pytest.mark.django_db(transaction=True)

SIZES = tuple(int(size) for size in os.environ.get("BENCH_CASES", "1000,100000").split(","))
ROUNDS, TIMES = 8, 5
RATIO = 1.5
# Two processes on a machine that does other things too.
ALLOWANCE_MS = 6.0
# Tables whose size grows with the cases and that no page may read from end to end.
GROWING = "cases_ courses_submission courses_post audit_ notifications_".split()


class Worker:
    """A process of `bench_desk` with a database of its own."""

    def __init__(self, database: str, url: str) -> None:
        self.database = database
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.bench_desk"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=settings.BASE_DIR,
            env=test_environment(DATABASE_URL=url),
        )

    def ask(self, **told: Any) -> Any:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(told) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, f"the process of {self.database} ended: {self.process.wait()}"
        return json.loads(line)

    def stop(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(60)


@pytest.fixture
def workers() -> Iterator[list[Worker]]:
    """One for each size; their databases are gone after the test."""
    if connection.vendor != "postgresql":
        pytest.fail("`make bench` measures the desk on PostgreSQL.")
    server = os.environ[environment.DATABASE].rsplit("/", 1)[0]
    template = os.environ[environment.TEMPLATE]
    started: list[Worker] = []
    for size in SIZES:
        name = f"bench_{size}_{uuid.uuid4().hex[:8]}"
        with connection.cursor() as cursor:
            cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        started.append(Worker(name, f"{server}/{name}"))
    yield started
    for worker in started:
        worker.stop()
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{worker.database}" WITH (FORCE)')


def percentile(values: list[float], share: float) -> float:
    """The value that `share` of the values do not exceed."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def test_the_desk_is_as_fast_with_very_many_cases(workers: list[Worker]) -> None:
    lines: list[str] = []
    for size, worker in zip(SIZES, workers, strict=True):
        made = worker.ask(do="seed", cases=size)
        lines.append(
            f"seed_scale --cases {size}: {made['seconds']} s, "
            f"{made['cases_per_second']} cases/s, {made['events']} events"
        )
    pages = [set(worker.ask(do="pages")["pages"]) for worker in workers]
    names = [n for n in workers[0].ask(do="pages")["pages"] if all(n in found for found in pages)]
    taken: dict[tuple[str, int], list[float]] = {}
    queries: dict[tuple[str, int], int] = {}
    for turn in range(ROUNDS):
        for name in names:
            for size, worker in zip(SIZES, workers, strict=True):
                found = worker.ask(do="time", page=name, times=TIMES)
                # In the first round templates and plans are read for the first time.
                if turn:
                    taken.setdefault((name, size), []).extend(found["ms"])
                queries[name, size] = found["queries"]
    slow = []
    small, large = SIZES[0], SIZES[-1]
    head = "".join(f"{f'{size:,}':>9} p50 {'p95':>7} {'q':>3}" for size in SIZES)
    lines += ["", f"{'milliseconds':<48}{head}   ratio"]
    for name in names:
        medians = {size: statistics.median(taken[name, size]) for size in SIZES}
        cells = "".join(
            f"{medians[size]:>13.1f} {percentile(taken[name, size], 0.95):>7.1f}"
            f" {queries[name, size]:>3}"
            for size in SIZES
        )
        lines.append(f"{name:<48}{cells}{medians[large] / medians[small]:>8.2f}")
        if medians[large] > RATIO * medians[small] + ALLOWANCE_MS:
            slow.append(name)
        if queries[name, small] != queries[name, large]:
            lines.append(f"    {queries[name, small]} and {queries[name, large]} queries")
    walked, plans = [], []
    for name in names:
        for plan in workers[-1].ask(do="plans", page=name)["plans"]:
            growing = [table for table in plan["walked"] if table.startswith(tuple(GROWING))]
            plans += ["", f"{name}: {plan['ms']:.1f} ms", plan["sql"], *plan["plan"]]
            walked += [f"{name} reads all of {table}: {plan['ms']:.1f} ms" for table in growing]
    lines += ["", f"Read from end to end at {large:,}:", *(walked or ["nothing large"])]
    print("", *lines, sep="\n")
    folder = Path(settings.BASE_DIR) / "var" / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "desk.txt").write_text("\n".join([*lines, *plans]) + "\n", encoding="utf-8")
    assert not slow, f"more than {RATIO} times as slow with {large:,} cases: {slow}"
    assert not walked
