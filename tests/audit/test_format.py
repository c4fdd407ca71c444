"""The format holds still: fixed bytes on every database, and the verifier of the documentation."""

from __future__ import annotations

import json
import re
import uuid
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from django.test import override_settings

from integrity.audit import canonical, chain, checkpoints, reader
from integrity.audit import services as audit
from integrity.audit.models import Checkpoint, Event, EventValue
from integrity.audit.reader import Snapshot
from tests.audit.conftest import happened, write

pytestmark = pytest.mark.django_db

REFUSALS = (AssertionError, KeyError, ValueError, InvalidSignature)
SEED = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="


@pytest.fixture
def fixed(monkeypatch: pytest.MonkeyPatch, frozen_clock: Any) -> Any:
    """No randomness: every run writes the same."""
    salts = count(1)
    monkeypatch.setattr(chain, "new_salt", lambda: f"{next(salts):032x}")
    with override_settings(AUDIT_SIGNING_KEY=SEED, AUDIT_FORMER_PUBLIC_KEYS=[]):
        yield frozen_clock


def test_the_bytes_are_the_same_on_every_database(fixed: Any) -> None:
    fixed.move_to(datetime(2026, 3, 2, 12, 0, 0, 0, tzinfo=UTC))
    with audit.transaction():
        happened(1, subject=("thing", 'e\u0301 \\ "\n\x01 😀'))
    fixed.move_to(datetime(2026, 3, 2, 12, 0, 0, 120, tzinfo=UTC))
    with audit.transaction():
        happened(2, actor=audit.Actor.sealed("r" * 64), case_number="", institution="")
    made = checkpoints.make_checkpoint()
    assert [row.hash for row in Event.objects.order_by("sequence")] == [
        "1747ec7aaa5901f6768175e3f28a9bc4c75dc845a4b2bceedbb1c4b6aafef3d5",
        "2268d804fb77038a8dfba5f9ade3497c5747a1303bb5067c09abe07a39cad210",
    ]
    assert (
        chain.checkpoint_hash(made.row())
        == "db5b835725a0feaaf297ead908f18cf853e20d7d10585d55d2561ef5e90fbd3b"
    )


def test_the_raw_rows_are_the_ones_of_the_models() -> None:
    write(3)
    checkpoints.make_checkpoint()
    snapshot = Snapshot()
    assert list(snapshot.events()) == [row.row() for row in Event.objects.order_by("sequence")]
    assert list(snapshot.checkpoints()) == [row.row() for row in Checkpoint.objects.all()]
    assert sorted(snapshot.values()) == sorted(row.row() for row in EventValue.objects.all())


@pytest.mark.parametrize("page", [1, 2, 3, 4, 12, 13])
def test_reading_in_pages_leaves_nothing_out(page: int, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(4):
        write(1, start=n)
        checkpoints.make_checkpoint()
    monkeypatch.setattr(reader, "PAGE", page)
    snapshot = Snapshot()
    # What comes later is no part of it.
    write(1)
    checkpoints.make_checkpoint()
    assert [row[0] for row in snapshot.events()] == [1, 2, 3, 4]
    assert [row[0] for row in snapshot.events(after=2)] == [3, 4]
    assert [row.id for row in snapshot.checkpoints()] == [1, 2, 3, 4]
    assert [row.sequence for row in snapshot.values()] == [n for n in (1, 2, 3, 4) for _ in "123"]
    report = checkpoints.verify_database()
    assert (report.ok, report.events, report.values, report.checkpoints) == (True, 5, 15, 5)


def test_instants_keep_their_microseconds(fixed: Any) -> None:
    for microsecond in (0, 1, 10, 999_999, 500_000):
        at = datetime(2026, 3, 2, 12, 0, 0, microsecond, tzinfo=UTC)
        fixed.move_to(at)
        with audit.transaction():
            happened(1)
        assert Event.objects.get(occurred_at=at).row().occurred_at == canonical.instant(at)
    assert checkpoints.verify_database().ok


def test_the_event_text_is_canonical_json_of_every_column() -> None:
    write(2)
    names = {field.column for field in Event._meta.concrete_fields}
    assert set(chain.EventRow._fields) == names
    for event in Event.objects.all():
        row = event.row()
        document = {name: value for name, value in row._asdict().items() if name != "hash"}
        assert chain.event_text(row) == canonical.dumps(document)
        assert canonical.dumps(json.loads(row.payload)) == row.payload
    kept = {field.column for field in EventValue._meta.concrete_fields}
    assert set(chain.ValueRow._fields) == kept
    signed = {field.column for field in Checkpoint._meta.concrete_fields}
    assert set(chain.CheckpointRow._fields) == signed


# The verifier that docs/history.md prints


@pytest.fixture
def printed(settings: Any) -> dict[str, Any]:
    text = (settings.BASE_DIR / "docs" / "history.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(import hashlib.*?)```", text, re.DOTALL)
    names: dict[str, Any] = {}
    exec(code, names)
    return names


def rows() -> tuple[list[dict], list[dict], list[dict], bytes]:
    return (
        [event.row()._asdict() for event in Event.objects.order_by("sequence")],
        [row.row()._asdict() for row in EventValue.objects.order_by("event_id", "name")],
        [row.row()._asdict() for row in Checkpoint.objects.order_by("id")],
        checkpoints.signing_key().public_key().public_bytes_raw(),
    )


def test_the_printed_verifier_agrees(printed: dict[str, Any]) -> None:
    printed["verify"](*rows())
    write(4)
    checkpoints.make_checkpoint()
    with audit.transaction():
        happened(5, actor=audit.Actor.system("x"), subject=("thing", '"\\\n😀\u2028é\x7f'))
        happened(6, actor=audit.Actor.user(uuid.uuid4()), data={"note": '"\\\n😀\u2028é\x00'})
    checkpoints.make_checkpoint()
    printed["verify"](*rows())


@pytest.mark.parametrize("table", [0, 1, 2])
def test_the_printed_verifier_finds_any_edit(table: int, printed: dict[str, Any]) -> None:
    write(3)
    checkpoints.make_checkpoint()
    for column in rows()[table][0]:
        given = rows()
        old = given[table][0][column]
        given[table][0][column] = old + 1 if isinstance(old, int) else f"x{old}"
        with pytest.raises(REFUSALS):
            printed["verify"](*given)
