"""The database itself refuses to change the history, whoever asks and however."""

from __future__ import annotations

import importlib
from types import SimpleNamespace

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor

from integrity.audit import checkpoints, triggers
from integrity.audit.models import Checkpoint, Event, EventValue
from tests.audit.conftest import everything, write

pytestmark = pytest.mark.django_db


@pytest.fixture
def history(db: None) -> list:
    write(3)
    checkpoints.make_checkpoint()
    if connection.vendor == "postgresql":
        # Checks that wait for the commit would refuse some of these before our triggers do.
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return state()


def state() -> list:
    return [
        list(model.objects.order_by("pk").values()) for model in (Event, EventValue, Checkpoint)
    ]


REFUSED = [
    "UPDATE audit_event SET action = 'x'",
    "UPDATE audit_event SET action = action WHERE sequence = 2",
    "UPDATE audit_event SET hash = 'x' WHERE sequence = 3",
    "DELETE FROM audit_event",
    "DELETE FROM audit_event WHERE sequence = 3",
    "UPDATE audit_checkpoint SET signature = ''",
    "DELETE FROM audit_checkpoint",
    "UPDATE audit_value SET value = 'x'",
    "UPDATE audit_value SET salt = salt",
    "INSERT INTO audit_event SELECT * FROM audit_event WHERE sequence = 2",
    # Two events after the same one: the chain cannot fork.
    "INSERT INTO audit_event SELECT 99, version, occurred_at, action, actor_kind, actor, "
    "actor_role, subject_type, subject_id, case_number, institution, payload, previous_hash, hash "
    "FROM audit_event WHERE sequence = 2",
    "INSERT INTO audit_event SELECT 0, version, occurred_at, action, actor_kind, actor, "
    "actor_role, subject_type, subject_id, case_number, institution, payload, 'x', hash "
    "FROM audit_event WHERE sequence = 2",
]
ON_SQLITE = [
    "INSERT OR REPLACE INTO audit_event SELECT * FROM audit_event WHERE sequence = 2",
    "REPLACE INTO audit_event SELECT sequence + 100, version, occurred_at, action, actor_kind, "
    "actor, actor_role, subject_type, subject_id, case_number, institution, payload, "
    "previous_hash, hash FROM audit_event WHERE sequence = 2",
    "UPDATE OR REPLACE audit_event SET sequence = 1 WHERE sequence = 2",
    "INSERT OR REPLACE INTO audit_checkpoint SELECT * FROM audit_checkpoint",
    "INSERT OR REPLACE INTO audit_value (sequence, name, salt, value, lookup) "
    "SELECT sequence, name, salt, 'x', 'x' FROM audit_value",
    "INSERT INTO audit_value (sequence, name, salt, value, lookup) SELECT sequence, name, salt, "
    "'x', 'x' FROM audit_value WHERE 1 ON CONFLICT DO UPDATE SET value = 'x'",
]
ON_POSTGRESQL = [
    "TRUNCATE audit_event CASCADE",
    "TRUNCATE audit_checkpoint",
    "TRUNCATE audit_value",
    "UPDATE audit_event SET action = 'x' WHERE false",
    "INSERT INTO audit_value SELECT * FROM audit_value ON CONFLICT (sequence, name) "
    "DO UPDATE SET value = 'x'",
    "MERGE INTO audit_event USING (SELECT 1) one ON sequence = 1 "
    "WHEN MATCHED THEN UPDATE SET action = 'x'",
]


@pytest.mark.parametrize("statement", REFUSED)
def test_statements_are_refused(statement: str, history: list) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert state() == history


def test_statements_of_this_database_are_refused(history: list) -> None:
    sqlite = connection.vendor == "sqlite"
    for statement in ON_SQLITE if sqlite else ON_POSTGRESQL:
        refused = pytest.raises(DatabaseError, match="append-only")
        with refused, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
        assert state() == history


@pytest.mark.parametrize("model", [Event, Checkpoint])
def test_models_cannot_change_or_delete(model: type[Event | Checkpoint], history: list) -> None:
    row = model.objects.order_by("pk").first()
    row.version = 2
    # A value may go with its event only if its event may go.
    EventValue.objects.all().delete()
    for act in (
        row.save,
        row.delete,
        lambda: model.objects.update(version=2),
        lambda: model.objects.all().delete(),
        lambda: model.objects.bulk_update([row], ["version"]),
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            act()
    assert state()[0::2] == history[0::2]


def test_a_value_can_be_erased_and_never_changed(history: list) -> None:
    row = EventValue.objects.order_by("pk").first()
    row.value = "somebody else"
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        row.save(force_update=True)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        EventValue.objects.update(value="somebody else")
    assert state() == history
    row.delete()
    assert everything() == (3, 8, 1)


def installed() -> set[str]:
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'audit_%'"
        if connection.vendor == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE tgname LIKE 'audit_%' AND NOT tgisinternal"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        return {name for (name,) in cursor.fetchall()}


def test_every_trigger_is_there_after_all_migrations() -> None:
    # On SQLite, Django makes a changed table anew and forgets its triggers: then this fails.
    tables = ("audit_event", "audit_checkpoint", "audit_value")
    assert set(triggers.REFUSED) == set(tables)
    if connection.vendor == "sqlite":
        wanted = {
            f"{table}_no_{what.lower()}"
            for table in tables
            for what in (*triggers.REFUSED[table], "REPLACE")
        }
    else:
        wanted = {f"{table}_append_only" for table in tables}
    assert installed() == wanted


def test_the_migration_is_reversible() -> None:
    before = installed()
    module = importlib.import_module("integrity.audit.migrations.0002_append_only")
    operation = module.Migration.operations[0]
    project = MigrationExecutor(connection).loader.project_state(("audit", "0002_append_only"))
    # A real editor refuses to work inside the test's transaction on SQLite.
    editor = SimpleNamespace(connection=connection)
    operation.database_backwards("audit", editor, project, project)
    assert installed() == set()
    operation.database_forwards("audit", editor, project, project)
    assert installed() == before


def test_another_database_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "vendor", "oracle")
    with pytest.raises(RuntimeError, match="oracle"):
        triggers.install(connection)


@pytest.mark.postgres
def test_replication_role_does_not_silence_the_triggers(history: list) -> None:
    with connection.cursor() as cursor:
        # As the migration leaves them; other tests lift triggers and put them back weaker.
        triggers.remove(connection)
        triggers.install(connection)
        cursor.execute("SET LOCAL session_replication_role = replica")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Event.objects.update(action="x")
