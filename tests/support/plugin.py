"""Pytest plug-in that comes before everything else (`-p` in pyproject.toml).

Prepares the environment, leaves out what cannot run without a server, saying so, and tells at the
end which services the tests really used.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.support import environment

environment.prepare()

# The same inputs every time, so that a run says something about the change and not about luck;
# `make fuzz` takes new ones each time, and many.
SLOW_MACHINE = [HealthCheck.too_slow, HealthCheck.data_too_large]
settings.register_profile(
    "short", deadline=None, derandomize=True, database=None, suppress_health_check=SLOW_MACHINE
)
settings.register_profile(
    "long", deadline=None, max_examples=3000, suppress_health_check=SLOW_MACHINE, print_blob=True
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "short"))

ROOT = Path(__file__).resolve().parent.parent
# What runs only when it is named.
ONLY_WHEN_NAMED = (ROOT / "benchmarks", ROOT / "a11y" / "test_matrix.py")

used_key = pytest.StashKey[set[str]]()


def note_use(config: pytest.Config, what: str) -> None:
    """Remember that a service was really used, for the closing lines."""
    config.stash[used_key].add(what)


def pytest_configure(config: pytest.Config) -> None:
    config.stash[used_key] = set[str]()


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    for folder in ONLY_WHEN_NAMED:
        if collection_path == folder or folder in collection_path.parents:
            named = [Path(arg.split("::")[0]).resolve() for arg in config.args]
            return not any(path == folder or folder in path.parents for path in named) or None
    return None


@pytest.hookimpl(tryfirst=True)  # before `-m` chooses
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    absent = {
        "postgres": None if os.environ.get(environment.DATABASE) else "needs PostgreSQL: make test",
        "redis": None if os.environ.get(environment.REDIS) else "needs Redis: make test",
    }
    for item in items:
        if getattr(getattr(item, "obj", None), "is_hypothesis_test", False):
            item.add_marker(pytest.mark.fuzz)
        for name, reason in absent.items():
            if reason and item.get_closest_marker(name):
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    output: dict[str, Any] | None = getattr(session.config, "workeroutput", None)
    if output is not None:
        used = session.config.stash[used_key]
        output["used"] = sorted(used)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    node.config.stash[used_key].update(getattr(node, "workeroutput", {}).get("used", ()))


def _lines(used: Iterable[str], skipped: int) -> list[str]:
    told = sorted(used) or ["no service: no test asked for one"]
    return [*(f"used: {line}" for line in told), f"skipped: {skipped}"]


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    skipped = len(terminalreporter.stats.get("skipped", []))
    terminalreporter.section("services")
    used = config.stash[used_key]
    for line in _lines(used, skipped):
        terminalreporter.write_line(line)
