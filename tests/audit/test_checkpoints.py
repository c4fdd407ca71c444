"""Checkpoints: what is signed, when, and what the commands say and exit with."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import override_settings

from integrity.audit import chain, checkpoints, selectors, tasks
from integrity.audit.errors import ChainBroken
from integrity.audit.findings import Kind
from integrity.audit.models import Checkpoint, Event
from tests.audit.conftest import everything, write

pytestmark = pytest.mark.django_db

NEW_SEED = base64.b64encode(b"n" * 32).decode()


def test_a_checkpoint_signs_the_end_of_the_chain(frozen_clock: Any) -> None:
    write(3)
    made = checkpoints.make_checkpoint()
    assert made == selectors.last_checkpoint()
    assert (made.id, made.version, made.sequence) == (1, 1, 3)
    assert made.event_hash == selectors.tail().hash
    assert made.previous_hash == chain.GENESIS
    assert made.created_at == frozen_clock.now
    assert chain.signature_holds(made.row(), checkpoints.signing_key().public_key())
    write(2)
    second = checkpoints.make_checkpoint()
    assert (second.id, second.sequence) == (2, 5)
    assert second.previous_hash == chain.checkpoint_hash(made.row())
    assert checkpoints.verify_database().checkpoints == 2


def test_nothing_new_makes_no_checkpoint() -> None:
    assert checkpoints.make_checkpoint() is None
    write(1)
    assert checkpoints.make_checkpoint() is not None
    assert checkpoints.make_checkpoint() is None
    assert Checkpoint.objects.count() == 1


def test_the_task_has_its_name_and_makes_a_checkpoint() -> None:
    write(1)
    assert tasks.checkpoint.name == "audit.checkpoint"
    assert "audit.checkpoint" in current_app.tasks
    tasks.checkpoint()
    assert Checkpoint.objects.count() == 1


def test_one_that_another_worker_made_meanwhile_is_good_enough(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write(2)
    lock = checkpoints.services.lock_chain

    def overtaken() -> None:
        lock()
        monkeypatch.setattr(checkpoints.services, "lock_chain", lock)
        checkpoints.make_checkpoint()

    monkeypatch.setattr(checkpoints.services, "lock_chain", overtaken)
    assert checkpoints.make_checkpoint() is None
    assert Checkpoint.objects.count() == 1


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("UPDATE audit_event SET institution = 'x' WHERE sequence = 3", Kind.EDITED),
        ("UPDATE audit_event SET institution = 'x' WHERE sequence = 5", Kind.EDITED),
        ("UPDATE audit_event SET institution = 'x' WHERE sequence = 6", Kind.EDITED),
        ("DELETE FROM audit_event WHERE sequence = 4", Kind.REMOVED),
        ("DELETE FROM audit_event WHERE sequence > 2", Kind.CUT),
        ("DELETE FROM audit_event", Kind.CUT),
        ("UPDATE audit_checkpoint SET signature = '00'", Kind.FORGED),
        ("UPDATE audit_checkpoint SET sequence = 2", Kind.FORGED),
    ],
)
def test_a_history_that_does_not_verify_is_not_signed(
    statement: str, kind: Kind, dba: Callable[..., int]
) -> None:
    write(3)
    checkpoints.make_checkpoint()
    write(3, start=4)
    dba("DELETE FROM audit_value")
    dba(statement)
    with pytest.raises(ChainBroken) as raised:
        tasks.checkpoint()
    assert raised.value.finding.kind is kind
    assert Checkpoint.objects.count() == 1
    with pytest.raises(CommandError, match="Not signed") as refused:
        call_command("make_checkpoint", stdout=StringIO())
    assert refused.value.returncode == 1


def test_a_key_is_changed_without_losing_earlier_checkpoints() -> None:
    write(2)
    checkpoints.make_checkpoint()
    former = chain.public_text(checkpoints.signing_key().public_key())
    write(2)
    with override_settings(AUDIT_SIGNING_KEY=NEW_SEED):
        with pytest.raises(ChainBroken, match="not trusted") as raised:
            checkpoints.make_checkpoint()
        assert raised.value.finding.kind is Kind.UNKNOWN_KEY
        assert not checkpoints.verify_database().ok
    with override_settings(AUDIT_SIGNING_KEY=NEW_SEED, AUDIT_FORMER_PUBLIC_KEYS=[former]):
        made = checkpoints.make_checkpoint()
        assert made.key_id == chain.key_id(chain.private_key(NEW_SEED).public_key())
        write(1)
        assert checkpoints.make_checkpoint().id == 3
        assert checkpoints.verify_database().checkpoints == 3


def test_the_file_holds_the_checkpoint_and_nothing_personal(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.json"
    assert checkpoints.checkpoint_file(path) is None
    assert not path.exists()
    write(3)
    made = checkpoints.make_checkpoint()
    assert checkpoints.checkpoint_file(path) == made
    document = json.loads(path.read_text())
    assert chain.read_checkpoint(document) == made.row()
    assert document == checkpoints.document(made)
    assert set(document) == {*chain.CheckpointRow._fields, "type", "public_key"}
    assert chain.public_key(document["public_key"]) == checkpoints.signing_key().public_key()


# Commands


def run(name: str, *options: str) -> tuple[int, str, str]:
    """Exit status, standard output and message of a command."""
    out = StringIO()
    try:
        call_command(name, *options, stdout=out)
    except CommandError as error:
        return error.returncode, out.getvalue(), str(error)
    return 0, out.getvalue(), ""


def test_an_empty_chain_verifies() -> None:
    status, out, _ = run("verify_audit")
    assert status == 0
    assert json.loads(out) == {
        "ok": True,
        "events": 0,
        "values": 0,
        "checkpoints": 0,
        "last_sequence": 0,
        "last_hash": chain.GENESIS,
        "backward_steps": 0,
        "first_bad": None,
    }


def test_an_empty_chain_does_not_match_a_checkpoint(
    tmp_path: Path, dba: Callable[..., int]
) -> None:
    write(1)
    checkpoints.make_checkpoint()
    path = tmp_path / "checkpoint.json"
    checkpoints.checkpoint_file(path)
    for table in ("audit_value", "audit_event", "audit_checkpoint"):
        dba(f"DELETE FROM {table}")
    assert run("verify_audit")[0] == 0
    status, out, message = run("verify_audit", "--checkpoint", str(path))
    assert status == 1
    assert json.loads(out)["first_bad"]["message"] == message
    assert json.loads(out)["first_bad"]["kind"] == "cut"


def test_a_finding_is_json_and_exit_status_1(dba: Callable[..., int]) -> None:
    write(4)
    dba("UPDATE audit_event SET actor_kind = 'system' WHERE sequence = 3")
    status, out, message = run("verify_audit")
    assert status == 1
    assert json.loads(out) == {
        "ok": False,
        "events": 2,
        "values": 6,
        "checkpoints": 0,
        "last_sequence": 2,
        "last_hash": Event.objects.get(sequence=2).hash,
        "backward_steps": 0,
        "first_bad": {
            "kind": "edited",
            "table": "audit_event",
            "message": message,
            "sequence": 3,
            "checkpoint": None,
            "column": "actor_kind",
            "since": None,
        },
    }
    assert "actor_kind" in message


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "no JSON",
        "[]",
        "{}",
        '{"type": "integrity.audit.checkpoint"}',
        '{"type": "integrity.audit.checkpoint", "version": 1, "id": true}',
        "[" * 100_000,
        "\xff",
    ],
)
def test_a_file_that_is_no_checkpoint_is_bad_use(text: str | None, tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.json"
    if text is not None:
        path.write_text(text, encoding="latin-1")
    status, out, message = run("verify_audit", "--checkpoint", str(path))
    assert (status, out) == (2, "")
    assert str(path) in message


def test_a_checkpoint_of_another_version_is_bad_use(tmp_path: Path) -> None:
    write(1)
    made = checkpoints.make_checkpoint()
    path = tmp_path / "checkpoint.json"
    path.write_text(json.dumps({**checkpoints.document(made), "version": 2}))
    assert run("verify_audit", "--checkpoint", str(path))[0] == 2


@pytest.mark.parametrize("key", ["", "x", "AAAA", "é", base64.b64encode(b"s" * 31).decode()])
def test_a_key_that_is_none_is_bad_use(key: str) -> None:
    status, out, message = run("verify_audit", "--public-key", key)
    assert (status, out) == (2, "")
    assert "key" in message.lower()


def test_a_wrong_key_in_the_settings_is_bad_use() -> None:
    with override_settings(AUDIT_SIGNING_KEY="x"):
        assert run("verify_audit")[0] == 2


def test_a_missing_table_is_bad_use(db: None) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE audit_checkpoint RENAME TO audit_gone")
    status, out, message = run("verify_audit")
    assert (status, out) == (2, "")
    assert "cannot be read" in message
    if connection.vendor == "postgresql":
        from django.db import transaction

        transaction.set_rollback(True)
    else:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE audit_gone RENAME TO audit_checkpoint")


def test_make_checkpoint_writes_a_file_that_verifies(tmp_path: Path) -> None:
    assert run("make_checkpoint")[0] == 1
    write(2)
    path = tmp_path / "checkpoint.json"
    status, out, _ = run("make_checkpoint", "--output", str(path))
    assert status == 0
    assert json.loads(out) == {"checkpoint": 1, "sequence": 2}
    assert run("verify_audit", "--checkpoint", str(path))[0] == 0
    # Nothing new: the last one again, on standard output.
    status, out, _ = run("make_checkpoint")
    assert status == 0
    assert out == path.read_text()
    assert everything()[2] == 1
    status, out, message = run("make_checkpoint", "--output", str(tmp_path / "no" / "file"))
    assert (status, out) == (2, "")
    assert "cannot be written" in message


@pytest.mark.django_db(transaction=True)
def test_the_commands_as_processes(start_process: Any, tmp_path: Path) -> None:
    def status(*command: str) -> tuple[int, str]:
        import subprocess
        import sys

        from tests.support.processes import test_environment

        done = subprocess.run(
            [sys.executable, "manage.py", *command],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, **test_environment()},
        )
        return done.returncode, done.stdout

    path = tmp_path / "checkpoint.json"
    write(2)
    assert status("make_checkpoint", "--output", str(path))[0] == 0
    code, out = status("verify_audit", "--checkpoint", str(path))
    assert (code, json.loads(out)["ok"]) == (0, True)
    path.write_text(path.read_text().replace('"sequence": 2', '"sequence": 1'))
    code, out = status("verify_audit", "--checkpoint", str(path))
    assert (code, json.loads(out)["first_bad"]["table"]) == (1, "checkpoint file")
    assert status("verify_audit", "--checkpoint", str(tmp_path))[0] == 2
    assert status("verify_audit", "--nonsense")[0] == 2
