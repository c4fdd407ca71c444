"""`make check`: everything that judges the code without running the tests.

All checks run, two at a time, even when one fails; the output of those that fail is printed, one
line for each of the others. Exit status 1 when any failed.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.support import environment

ROOT = Path(__file__).resolve().parent.parent.parent
BIN = Path(sys.executable).parent
PYTHON = sys.executable


def commands() -> dict[str, list[str]]:
    """Name and command of every check, the slowest first."""
    found = {
        "types": [PYTHON, "-m", "mypy"],
        "templates: form": [PYTHON, "-m", "djlint", "templates", "--check", "--quiet"],
        "templates: lint": [PYTHON, "-m", "djlint", "templates", "--lint", "--quiet"],
        "deployment settings": [
            *(PYTHON, "-m", "tests.support.production"),
            *("check", "--deploy", "--fail-level", "WARNING"),
        ],
        "migrations": [PYTHON, "manage.py", "makemigrations", "--check", "--dry-run"],
        "layers": [str(BIN / "lint-imports")],
        "formatting": [str(BIN / "ruff"), "format", "--check", "."],
        "lint": [str(BIN / "ruff"), "check", "."],
        "message catalogues": [PYTHON, "-m", "integrity.catalogues", "--check"],
        "build script": ["bash", "-n", ".ci/run"],
    }
    # The linter is published for this platform only; the rules that must hold are tests as well.
    if (hadolint := BIN / "hadolint").exists():
        found["container image"] = [str(hadolint), "Dockerfile"]
    return found


def _run(name: str, command: list[str]) -> bool:
    began = time.monotonic()
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ.copy(), capture_output=True, text=True, check=False
    )
    good = done.returncode == 0
    output = "" if good else f"\n{done.stdout}{done.stderr}".rstrip()
    verdict = "ok    " if good else "FAILED"
    print(f"{verdict} {name} ({time.monotonic() - began:.0f} s){output}", flush=True)
    return good


def main() -> int:
    """Exit status."""
    environment.prepare()
    checks = commands()
    with ThreadPoolExecutor(max_workers=2) as pool:
        results = list(pool.map(_run, checks, checks.values()))
    failed = results.count(False)
    print(f"{len(results) - failed} checks passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
