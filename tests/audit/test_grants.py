"""Case 93: what the application's own database role may do to the history."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import psycopg2
import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from integrity.audit import checkpoints, grants
from integrity.audit import services as audit
from integrity.audit.chain import CHECKPOINTS, EVENTS, VALUES
from tests.audit.conftest import PERSON, everything, write
from tests.support.processes import test_environment

pytestmark = [pytest.mark.django_db]

ROLE = 'app "role"'
QUOTED = '"app ""role"""'


@pytest.fixture
def application_role() -> Iterator[None]:
    """Acts as the application's role after `grant` gave it its rights."""
    write(3)
    checkpoints.make_checkpoint()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"CREATE ROLE {QUOTED} NOLOGIN")
        # More than it should have, from an earlier set-up.
        cursor.execute(f"GRANT ALL ON audit_event, audit_checkpoint, audit_value TO {QUOTED}")
    grants.grant(ROLE)
    # Twice is the same as once.
    grants.grant(ROLE)
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {QUOTED}")
    yield
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")


def refused(statement: str) -> bool:
    """Whether it is the missing right that stops the statement."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except DatabaseError as error:
        return isinstance(error.__cause__, psycopg2.errors.InsufficientPrivilege)
    return False


@pytest.mark.postgres
def test_case_93_the_application_may_not_change_the_history(application_role: None) -> None:
    for table in (EVENTS, CHECKPOINTS):
        for statement in (
            f"UPDATE {table} SET version = 2",
            f"DELETE FROM {table}",
            f"TRUNCATE {table} CASCADE",
        ):
            assert refused(statement), statement
    for statement in (
        f"UPDATE {VALUES} SET value = 'x'",
        f"TRUNCATE {VALUES}",
        f"INSERT INTO {VALUES} SELECT * FROM {VALUES} ON CONFLICT (sequence, name) "
        "DO UPDATE SET value = 'x'",
        f"ALTER TABLE {EVENTS} DISABLE TRIGGER ALL",
        f"DROP TRIGGER {EVENTS}_append_only ON {EVENTS}",
        f"DROP TABLE {EVENTS} CASCADE",
        f"CREATE TRIGGER mine BEFORE INSERT ON {EVENTS} EXECUTE FUNCTION audit_refuse()",
        f"CREATE RULE mine AS ON INSERT TO {EVENTS} DO INSTEAD NOTHING",
        "CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RETURN NEW; END $$",
        "SET session_replication_role = replica",
        "CREATE TABLE mine (n int)",
    ):
        assert refused(statement), statement
    assert everything() == (3, 9, 1)


@pytest.mark.postgres
def test_case_93_the_application_can_do_its_work(application_role: None) -> None:
    with audit.transaction():
        ContentType.objects.create(app_label="work", model="work")
        audit.record("thing.hidden", actor=audit.Actor.user(PERSON), subject=("thing", "x"))
    ContentType.objects.filter(app_label="work").update(model="done")
    ContentType.objects.filter(app_label="work").delete()
    assert audit.erase(PERSON) == 4
    assert checkpoints.make_checkpoint().sequence == 4
    assert checkpoints.verify_database().ok
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.postgres
def test_migrating_grants_where_the_settings_name_a_role(
    settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    def may_read() -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT has_table_privilege(%s, 'audit_event', 'SELECT')", [ROLE])
            return bool(cursor.fetchone()[0])

    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {QUOTED} NOLOGIN")
    call_command("migrate", verbosity=0)
    assert not may_read()
    settings.APPLICATION_DATABASE_ROLE = ROLE
    call_command("migrate", verbosity=0)
    assert may_read()
    # The owner itself keeps what it has; that it is the owner is worth a line in the log.
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        (owner,) = cursor.fetchone()
    with caplog.at_level(logging.WARNING, "integrity.audit"):
        grants.grant(owner)
    assert "only triggers protect them" in caplog.text
    write(1)


def test_elsewhere_nothing_is_granted(settings: Any, count_queries: Any) -> None:
    settings.APPLICATION_DATABASE_ROLE = "" if connection.vendor == "postgresql" else ROLE
    with count_queries() as counted:
        grants.grant_after_migrations(using="default")
    assert counted.number == 0


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_case_93_with_two_real_logins(fresh_database: str, settings: Any) -> None:
    # As an operator does it: one address to migrate with, another one to work with.
    owner, _ = fresh_database.split("//", 1)[1].split("@", 1)
    role = f"app_{uuid.uuid4().hex[:8]}"
    application = fresh_database.replace(owner, f"{role}:secret", 1)
    addresses = {"MIGRATION_DATABASE_URL": fresh_database, "DATABASE_URL": application}

    def manage(*command: str) -> str:
        return subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=settings.BASE_DIR,
            env=test_environment(**addresses),
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'secret'")
    try:
        manage("migrate", "--noinput", "-v0")
        code = (
            "from integrity.audit import registry, services as audit\n"
            "registry.register('one.done', label='x')\n"
            "with audit.transaction():\n"
            "    audit.record('one.done', actor=audit.Actor.user('u'), subject=('one', '1'))\n"
        )
        manage("shell", "-v0", "-c", code)
        manage("make_checkpoint")
        assert json.loads(manage("verify_audit"))["events"] == 1
        with closing(psycopg2.connect(application)) as session, session.cursor() as cursor:
            session.autocommit = True
            for statement in (
                "UPDATE audit_event SET action = 'x'",
                "TRUNCATE audit_event CASCADE",
                "DELETE FROM audit_checkpoint",
                "ALTER TABLE audit_event DISABLE TRIGGER ALL",
            ):
                with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                    cursor.execute(statement)
    finally:
        with closing(psycopg2.connect(fresh_database)) as session, session.cursor() as cursor:
            cursor.execute(f"DROP OWNED BY {role}")
            cursor.execute(f"DROP ROLE {role}")
            session.commit()
