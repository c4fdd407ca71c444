"""Migrates an empty database for the tests: the result of `migrate`, with less of the waiting.

    python -m tests.support.migrating

migrates the database of DATABASE_URL. What came out is kept in `var/migrated/` and copied until a
migration, something that one imports, or a requirement changes; throw it away at any time.
"""

from __future__ import annotations

import ast
import hashlib
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache, wraps
from pathlib import Path
from typing import Any
from unittest import mock

from django.db import connection
from django.db.backends.sqlite3.creation import DatabaseCreation
from django.db.migrations.state import ProjectState

ROOT = Path(__file__).resolve().parent.parent.parent
KEPT = ROOT / "var" / "migrated"
# Of several states of the source that are tested in turn.
MOST_KEPT = 4


def _append_option(
    state: ProjectState, app_label: str, model_name: str, option_name: str, obj: Any
) -> None:
    # Django builds the model anew, with all that are related to it; a constraint or an index
    # changes no field, so the model that was built already is told instead.
    model_state = state.models[app_label, model_name]
    model_state.options[option_name] = [*model_state.options[option_name], obj]
    if "apps" in vars(state):
        meta: Any = state.apps.get_model(app_label, model_name)._meta
        setattr(meta, option_name, [*getattr(meta, option_name), obj])


def _reload_alone(
    state: ProjectState, app_label: str, model_name: str, delay: bool = False
) -> None:
    # With a model that is new, or has a new field, Django builds all anew that are related to it,
    # and that is nearly every one. No table but its own changes, so the others can wait, as they do
    # in Django after a change to a field that is no relation: whatever looks at the rows finds all
    # of them built anew (`clear_delayed_apps_cache`).
    if "apps" in vars(state):
        vars(ProjectState)["_reload"](state, {(app_label, model_name)})
        state.is_delayed = True


def _alone(add: Callable[..., None]) -> Callable[..., None]:
    @wraps(add)
    def added(*args: Any, **kwargs: Any) -> None:
        with mock.patch.object(ProjectState, "reload_model", _reload_alone):
            add(*args, **kwargs)

    return added


@contextmanager
def quickly() -> Iterator[None]:
    """Inside the block migrating forwards is quicker; every operation and its SQL are Django's.

    Not for going backwards: the states before and after an operation share what was built.
    """
    with ExitStack() as stack:
        stack.enter_context(mock.patch.object(ProjectState, "_append_option", _append_option))
        for name in ("add_model", "add_field"):
            quick = _alone(getattr(ProjectState, name))
            stack.enter_context(mock.patch.object(ProjectState, name, quick))
        yield


def _imported(migration: Path) -> Iterator[Path]:
    """The project's own modules that a migration imports."""
    for node in ast.walk(ast.parse(migration.read_bytes())):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        for name in names:
            file = ROOT.joinpath(*name.split(".")).with_suffix(".py")
            if file.is_file():
                yield file


@cache
def kept(ending: str, server: str = sqlite3.sqlite_version) -> Path:
    """Where the migrated database of this very source is kept; named by what makes it."""
    migrations = [*ROOT.glob("*/migrations/*.py"), *ROOT.glob("integrity/*/migrations/*.py")]
    made_of = {*migrations, *(ROOT / "requirements").iterdir()}
    made_of.update(file for migration in migrations for file in _imported(migration))
    digest = hashlib.sha256(server.encode())
    for file in sorted(made_of):
        content = file.read_bytes()
        digest.update(f"\n{file.relative_to(ROOT)} {len(content)}\n".encode() + content)
    return KEPT / f"{digest.hexdigest()[:20]}.{ending}"


@contextmanager
def from_the_last() -> Iterator[None]:
    """Inside the block a test database on SQLite begins as the copy of one migrated before.

    `migrate` then finds nothing to do and says so by itself: whether a migration is applied is read
    from the database.
    """
    make = vars(DatabaseCreation)["_create_test_db"]

    def copied(self: Any, verbosity: int, autoclobber: bool, keepdb: bool = False) -> str:
        name: str = make(self, verbosity, autoclobber, keepdb)
        if not keepdb and kept("sqlite3").exists():
            shutil.copyfile(kept("sqlite3"), name)
        return name

    with mock.patch.object(DatabaseCreation, "_create_test_db", copied):
        yield


@contextmanager
def keeping(place: Path) -> Iterator[Path]:
    """A new file that is at `place` afterwards: whole or not at all, for others look for it too.

    Of those with the same ending the newest stay.
    """
    KEPT.mkdir(parents=True, exist_ok=True)
    number, name = tempfile.mkstemp(dir=KEPT, suffix=".new")
    os.close(number)
    new = Path(name)
    try:
        yield new
        new.replace(place)
    finally:
        new.unlink(missing_ok=True)
    alike = sorted(KEPT.glob(f"*{place.suffix}"), key=lambda file: file.stat().st_mtime)
    for file in alike[:-MOST_KEPT]:
        file.unlink(missing_ok=True)


def keep() -> None:
    """Keep the migrated, empty database of the connection, if it is SQLite and not kept yet."""
    if connection.vendor != "sqlite" or kept("sqlite3").exists():
        return
    connection.ensure_connection()
    with keeping(kept("sqlite3")) as new:
        copy = sqlite3.connect(new)
        connection.connection.backup(copy)
        copy.close()


def main() -> None:
    import django
    from django.core.management import call_command

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "integrity.settings.test")
    django.setup()
    if connection.vendor == "sqlite" and kept("sqlite3").exists():
        return
    with quickly():
        call_command("migrate", interactive=False, verbosity=0)
    keep()


if __name__ == "__main__":
    main()
