"""Cases 89 to 92 in the database itself: what only a signature can show."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings

from integrity.audit import chain, checkpoints
from integrity.audit.findings import Finding, Kind
from tests.audit.conftest import event_rows, write

pytestmark = pytest.mark.django_db

COUNT, PLACE = 7, 4


@pytest.fixture
def history(db: None) -> None:
    write(PLACE)
    checkpoints.make_checkpoint()
    write(COUNT - PLACE, start=PLACE + 1)


def found(**options: Any) -> Finding:
    finding = checkpoints.verify_database(**options).first_bad
    assert finding is not None
    return finding


def cut(dba: Callable[..., int], left: int) -> None:
    dba("DELETE FROM audit_value WHERE sequence > %s", left)
    dba("DELETE FROM audit_event WHERE sequence > %s", left)


def outcome(*options: str) -> tuple[int, dict[str, Any]]:
    """Exit status and JSON of `verify_audit`."""
    out = StringIO()
    status = 0
    try:
        call_command("verify_audit", *options, stdout=out)
    except CommandError as error:
        if error.returncode != 1:
            raise
        status = 1
    return status, json.loads(out.getvalue())


@pytest.mark.parametrize("left", [0, 2])
def test_case_89_cut_below_the_last_checkpoint(
    left: int, history: None, dba: Callable[..., int]
) -> None:
    cut(dba, left)
    status, report = outcome()
    assert (status, report["ok"], report["last_sequence"]) == (1, False, left)
    assert (report["first_bad"]["kind"], report["first_bad"]["sequence"]) == ("cut", left + 1)


def test_case_89_cut_together_with_the_checkpoints(
    history: None, dba: Callable[..., int], tmp_path: Path
) -> None:
    kept = tmp_path / "checkpoint.json"
    checkpoints.make_checkpoint()
    checkpoints.checkpoint_file(kept)
    assert outcome("--checkpoint", str(kept))[0] == 0
    cut(dba, PLACE)
    dba("DELETE FROM audit_checkpoint WHERE sequence > %s", PLACE)
    # All the database itself can say is right.
    assert outcome()[0] == 0
    status, report = outcome("--checkpoint", str(kept))
    assert status == 1
    assert report["first_bad"]["kind"] == "cut"
    assert report["first_bad"]["table"] == "checkpoint file"
    assert report["first_bad"]["sequence"] == PLACE + 1


def rebuild(dba: Callable[..., int], start: int) -> None:
    """Change an event and make the chain fit again from there on."""
    rows = event_rows()
    dba("DELETE FROM audit_value WHERE sequence >= %s", start)
    previous = rows[start - 2].hash if start > 1 else chain.GENESIS
    # From the end, so that no previous hash is there twice.
    changed = []
    for row in rows[start - 1 :]:
        new = row._replace(actor_role="nobody", previous_hash=previous)
        new = new._replace(hash=chain.event_hash(new))
        previous = new.hash
        changed.append(new)
    for new in reversed(changed):
        dba(
            "UPDATE audit_event SET actor_role = 'nobody', previous_hash = %s, hash = %s "
            "WHERE sequence = %s",
            new.previous_hash,
            new.hash,
            new.sequence,
        )


def test_case_90_rebuild_the_whole_chain(
    history: None, dba: Callable[..., int], tmp_path: Path
) -> None:
    kept = tmp_path / "checkpoint.json"
    checkpoints.make_checkpoint()
    checkpoints.checkpoint_file(kept)
    rebuild(dba, 1)
    # The database's own checkpoints already tell.
    status, report = outcome()
    assert status == 1
    assert (report["first_bad"]["kind"], report["first_bad"]["sequence"]) == ("rewritten", PLACE)
    # Without them, the one kept elsewhere.
    dba("DELETE FROM audit_checkpoint")
    assert outcome()[0] == 0
    status, report = outcome("--checkpoint", str(kept))
    assert status == 1
    assert (report["first_bad"]["kind"], report["first_bad"]["sequence"]) == ("rewritten", COUNT)


def test_case_90_rebuild_the_end(history: None, dba: Callable[..., int]) -> None:
    checkpoints.make_checkpoint()
    rebuild(dba, PLACE + 2)
    finding = found()
    assert (finding.kind, finding.sequence, finding.since) == (Kind.REWRITTEN, COUNT, PLACE)


def test_case_91_everything_rolled_back_and_gone_on(
    history: None, dba: Callable[..., int], tmp_path: Path
) -> None:
    kept = tmp_path / "witness.json"
    checkpoints.make_checkpoint()
    checkpoints.checkpoint_file(kept)
    cut(dba, PLACE)
    dba("DELETE FROM audit_checkpoint WHERE sequence > %s", PLACE)
    write(COUNT)
    checkpoints.make_checkpoint()
    assert outcome()[0] == 0
    status, report = outcome("--checkpoint", str(kept))
    assert status == 1
    assert report["first_bad"]["kind"] == "rewritten"


STRANGER = base64.b64encode(b"t" * 32).decode()


def test_case_92_a_chain_signed_with_another_key(
    history: None, dba: Callable[..., int], tmp_path: Path
) -> None:
    pinned = chain.public_text(checkpoints.signing_key().public_key())
    stranger = chain.public_text(chain.private_key(STRANGER).public_key())
    rebuild(dba, 1)
    dba("DELETE FROM audit_checkpoint")
    with override_settings(AUDIT_SIGNING_KEY=STRANGER):
        checkpoints.make_checkpoint()
        # Who also changes the settings passes there, but not with the key that others hold.
        assert outcome()[0] == 0
        status, report = outcome("--public-key", pinned)
        assert (status, report["first_bad"]["kind"]) == (1, "unknown_key")
        forged_file = tmp_path / "forged.json"
        checkpoints.checkpoint_file(forged_file)
    status, report = outcome()
    assert (status, report["first_bad"]["kind"]) == (1, "unknown_key")
    assert report["first_bad"]["table"] == "audit_checkpoint"
    assert outcome("--public-key", stranger)[0] == 0
    assert outcome("--public-key", stranger, "--public-key", pinned)[0] == 0
    # A file brings its own key along; that does not make it trusted.
    dba("DELETE FROM audit_checkpoint")
    status, report = outcome("--checkpoint", str(forged_file))
    assert (status, report["first_bad"]["table"]) == (1, "checkpoint file")
    assert report["first_bad"]["kind"] == "unknown_key"


@pytest.mark.parametrize("column", sorted({*chain.CheckpointRow._fields} - {"version"}))
def test_case_92_a_forged_file(column: str, history: None, tmp_path: Path) -> None:
    kept = tmp_path / "checkpoint.json"
    checkpoints.checkpoint_file(kept)
    document = json.loads(kept.read_text())
    other = {"id": 2, "sequence": COUNT, "created_at": "2020-01-01T00:00:00.000000Z"}
    document[column] = other.get(column, "11" * 32)
    kept.write_text(json.dumps(document))
    status, report = outcome("--checkpoint", str(kept))
    assert status == 1
    assert report["first_bad"]["table"] == "checkpoint file"
