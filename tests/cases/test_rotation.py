"""Field keys are changed beside a running site, and nothing is lost whatever happens meanwhile."""

from __future__ import annotations

import base64
import io
import json
import os
import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db.models import BinaryField

from cases import informants, receipts
from cases.evidence import store
from cases.evidence.incoming import NAME_PURPOSE
from cases.models import Consent, DraftFile, Report
from cases.selectors import report as reports
from cases.services import rotation
from integrity.audit.models import Event
from integrity.core import clock, crypto
from notifications import content
from notifications import services as notifications
from notifications.models import Letter, OutboxMessage
from notifications.recipients import Recipient, unseal_address
from notifications.selectors import letters_for
from policies.models import HelpfulVote
from policies.services.readers import Voter
from tests.cases import builders as build
from tests.courses import builders as make
from tests.notifications.builders import queued

pytestmark = pytest.mark.django_db

REPORTER = "Quentin Sealed"


def key() -> str:
    return base64.b64encode(os.urandom(32)).decode()


@pytest.fixture(autouse=True)
def evidence_root(settings: Any, tmp_path: Path) -> None:
    settings.EVIDENCE_ROOT = str(tmp_path / "evidence")


@pytest.fixture
def keys(settings: Any) -> list[str]:
    """Two keys: what is made at first is sealed with the older one."""
    older, newer = key(), key()
    settings.FIELD_KEYS = [older]
    return [newer, older]


def rotate(settings: Any, keys: list[str], *options: str) -> tuple[dict[str, Any], int]:
    """Put `keys` in place, run the command, and return its report and exit status."""
    settings.FIELD_KEYS = keys
    out, status = io.StringIO(), 0
    try:
        call_command("rotate_field_keys", *options, stdout=out, stderr=io.StringIO())
    except SystemExit as end:
        status = int(str(end.code))
    return json.loads(out.getvalue()), status


class Sealed:
    """One of everything that is sealed."""

    def __init__(self) -> None:
        self.case = build.case()
        self.reporter = make.person(REPORTER)
        self.report = build.report(
            self.case,
            self.reporter,
            informant_sealed=informants.Informant("Inga", "inga@example.org").sealed(),
        )
        self.message = queued(make.person("Lena Learner"))
        self.path = store.write(b"a picture", purpose=store.ORIGINAL)
        self.copy = store.write(b"a clean picture", purpose=store.DERIVATIVE)
        self.file = DraftFile.objects.create(
            report=self.report,
            original_path=self.path,
            original_type="image/png",
            original_size=9,
            original_sha256="0" * 64,
            derivative_path=self.copy,
            derivative_type="image/png",
            derivative_size=15,
            derivative_sha256="0" * 64,
            name_sealed=crypto.seal("holiday.png", purpose=NAME_PURPOSE),
            form_key=uuid4().hex,
        )

    def opens(self) -> None:
        """Everything opens and says what it said."""
        report = Report.objects.get(pk=self.report.pk)
        assert Recipient.sealed(report.reporter_ref, report.reporter_sealed or b"").name == REPORTER
        assert informants.opened(report.informant_sealed or b"").name == "Inga"
        message = OutboxMessage.objects.get(pk=self.message.pk)
        assert unseal_address(message.recipient_sealed).name == "Lena Learner"
        assert content.unseal_message(message.content_sealed).subject
        assert content.unseal_letter(message.letter.content_sealed).html
        assert store.read(self.path, purpose=store.ORIGINAL) == b"a picture"
        assert store.read(self.copy, purpose=store.DERIVATIVE) == b"a clean picture"
        file = DraftFile.objects.get(pk=self.file.pk)
        assert crypto.unseal(file.name_sealed, purpose=NAME_PURPOSE) == "holiday.png"


def test_every_sealed_column_of_every_model_is_known() -> None:
    sealed = {
        (model._meta.label, field.name)  # noqa: SLF001
        for model in apps.get_models()
        for field in model._meta.concrete_fields  # noqa: SLF001
        if isinstance(field, BinaryField) and field.name.endswith("_sealed")
    }
    known = {(label, name) for label, columns in rotation.SEALED.items() for name in columns}
    assert sealed == known
    # A sealed column under another name would be missed: the few other bytes are no secrets.
    other = {
        f"{model._meta.label}.{field.name}"  # noqa: SLF001
        for model in apps.get_models()
        for field in model._meta.concrete_fields  # noqa: SLF001
        if isinstance(field, BinaryField) and not field.name.endswith("_sealed")
    }
    assert other <= {"audit.EventValue.salt", "audit.Checkpoint.signature"}, other


def test_every_purpose_a_file_is_written_for_is_known() -> None:

    written = set()
    for file in Path("cases").rglob("*.py"):
        for purpose in re.findall(r"store\.write\([^)]*purpose=([\w.]+)\)", file.read_text()):
            written.add(purpose)
    assert written <= {"purpose", "PURPOSE", "store.DERIVATIVE", "store.ORIGINAL"}, written


def test_everything_opens_with_the_new_key_alone(settings: Any, keys: list[str]) -> None:
    sealed = Sealed()
    found, status = rotate(settings, keys)
    assert status == 0
    assert found["sealed_again"]["files"] == 2
    assert found["sealed_again"]["values"]["cases.Report.reporter_sealed"] == 1
    newest, older = found["keys"]
    assert (older["values"], older["files"], older["keep"]) == (0, 0, False)
    assert (newest["position"], newest["files"]) == (1, 2)
    settings.FIELD_KEYS = keys[:1]
    sealed.opens()


def test_people_find_their_letters_and_reports_with_the_new_key_alone(
    settings: Any, keys: list[str]
) -> None:
    sealed = Sealed()
    reader = make.person("Lena Other")
    queued(reader)
    mine = OutboxMessage.objects.latest("pk")
    with rotating_vote(reader):
        found, _status = rotate(settings, keys)
    assert found["referenced_again"]["cases.Report.reporter_ref"] == 1
    settings.FIELD_KEYS = keys[:1]
    assert [row.message_id for row in letters_for(reader)] == [mine.pk]
    assert reports.my_reports(sealed.reporter).sent.rows[0].pk == sealed.report.pk
    assert HelpfulVote.objects.get().voter_ref == Voter.account(reader).refs[0]


class rotating_vote:  # noqa: N801 - reads like a block
    """A vote of this person, made with the key that is in place now."""

    def __init__(self, voter: Any) -> None:
        self.voter = voter

    def __enter__(self) -> None:
        version = build.policy()
        HelpfulVote.objects.create(
            version=version, voter_ref=Voter.account(self.voter).refs[0], helpful=True
        )

    def __exit__(self, *problem: object) -> None:
        return None


def test_a_dry_run_changes_nothing(settings: Any, keys: list[str]) -> None:
    sealed = Sealed()
    before = bytes(Report.objects.get().reporter_sealed or b"")
    found, status = rotate(settings, keys, "--dry-run")
    assert status == 0
    assert found["keys"][1]["values"] >= 6
    assert found["keys"][1]["files"] == 2
    assert found["keys"][1]["keep"] is True
    assert bytes(Report.objects.get().reporter_sealed or b"") == before
    assert not Event.objects.filter(action=rotation.ROTATED).exists()
    sealed.opens()


def test_run_again_there_is_nothing_to_do(settings: Any, keys: list[str]) -> None:
    Sealed()
    rotate(settings, keys)
    found, status = rotate(settings, keys)
    assert status == 0
    assert found["sealed_again"] == {"values": {}, "files": 0}
    assert found["referenced_again"] == {}
    assert Event.objects.filter(action=rotation.ROTATED).count() == 1


def test_with_one_key_there_is_nothing_to_do(settings: Any, keys: list[str]) -> None:
    Sealed()
    found, status = rotate(settings, keys[1:])
    assert status == 0
    assert found["sealed_again"] == {"values": {}, "files": 0}
    assert not any(found["kept"].values())


def test_a_receipt_code_keeps_its_key_and_the_report_says_so(
    settings: Any, keys: list[str]
) -> None:
    code = receipts.new_code()
    build.report(
        build.case(),
        mode="anonymous",
        reporter_ref="",
        reporter_sealed=None,
        receipt_ref=receipts.fingerprint(code),
        submitted_at=clock.now() - timedelta(seconds=5),
    )
    found, status = rotate(settings, keys)
    assert status == 0
    assert found["kept"]["receipt_codes"] == 1
    assert found["keys"][1]["keep"] is True
    assert found["keys"][1]["needed_for"] == ["receipt_codes"]
    # Both keys: the code works. One sent from now on does not need the old key.
    assert reports.by_code(code) is not None
    build.report(
        build.case(),
        mode="anonymous",
        reporter_ref="",
        reporter_sealed=None,
        receipt_ref=receipts.fingerprint(receipts.new_code()),
    )
    assert rotate(settings, keys)[0]["kept"]["receipt_codes"] == 1
    settings.FIELD_KEYS = keys[:1]
    assert reports.by_code(code) is None


def test_a_key_that_is_missing_is_named_and_nothing_is_touched(
    settings: Any, keys: list[str]
) -> None:
    sealed = Sealed()
    lost = crypto.key_names()[0]
    other = [key(), key()]
    found, status = rotate(settings, other)
    assert status == 1
    assert found["cannot_open"]["count"] >= 8
    (row,) = [row for row in found["keys"] if row["position"] is None]
    assert (row["key"], row["keep"]) == (lost, True)
    settings.FIELD_KEYS = [*other, keys[1]]
    assert rotate(settings, settings.FIELD_KEYS)[1] == 0
    sealed.opens()


def test_a_changed_value_is_a_finding(settings: Any, keys: list[str]) -> None:
    sealed = Sealed()
    blob = bytearray(sealed.report.reporter_sealed or b"")
    blob[-1] ^= 1
    Report.objects.update(reporter_sealed=bytes(blob))
    found, status = rotate(settings, keys)
    assert status == 1
    assert found["cannot_open"]["first"] == [
        {"where": "cases.Report.reporter_sealed", "id": str(sealed.report.pk)}
    ]
    # The key stays needed, by that one value.
    assert (found["keys"][1]["values"], found["keys"][1]["keep"]) == (1, True)


def test_what_somebody_writes_meanwhile_wins(
    settings: Any, keys: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed = Sealed()
    real, written = crypto.unseal_bytes, []

    def unseal(blob: Any, *, purpose: str) -> bytes:
        value = real(blob, purpose=purpose)
        if purpose == "reporter" and not written:
            # Between reading and writing, somebody saves the report.
            written.append(True)
            Report.objects.filter(pk=sealed.report.pk).update(
                reporter_sealed=notifications.seal_reporter(make.person("Written Meanwhile"))
            )
        return value

    monkeypatch.setattr(crypto, "unseal_bytes", unseal)
    rotate(settings, keys)
    report = Report.objects.get(pk=sealed.report.pk)
    assert written
    person = Recipient.sealed(report.reporter_ref, report.reporter_sealed or b"")
    assert person.name == "Written Meanwhile"


class Killed(BaseException):
    """As if the process were gone."""


@pytest.mark.parametrize("moment", range(8))
def test_stopped_anywhere_nothing_is_lost_and_the_next_run_ends_it(
    settings: Any, keys: list[str], monkeypatch: pytest.MonkeyPatch, moment: int
) -> None:
    sealed = Sealed()
    real, calls = crypto.seal_bytes, []

    def seal(value: bytes, *, purpose: str) -> bytes:
        calls.append(purpose)
        if len(calls) == moment + 1:
            raise Killed
        return real(value, purpose=purpose)

    settings.FIELD_KEYS = keys
    with monkeypatch.context() as patch:
        patch.setattr(crypto, "seal_bytes", seal)
        with pytest.raises(Killed):
            rotation.run(batch=1)
    sealed.opens()
    _found, status = rotate(settings, keys)
    assert status == 0
    settings.FIELD_KEYS = keys[:1]
    sealed.opens()


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_file_is_whole_whenever_it_stops(
    settings: Any, keys: list[str], monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    path = store.write(b"whole", purpose=store.ORIGINAL)
    settings.FIELD_KEYS = keys

    def stop(*_args: Any) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        if step == "fsync":
            patch.setattr(os, "fsync", stop)
        else:
            patch.setattr(Path, "replace", stop)
        with store.rotating(), pytest.raises(Killed):
            store.seal_again(path, purposes=rotation.FILE_PURPOSES)
    # What was half written lies beside it, and is in nobody's way.
    assert store.read(path, purpose=store.ORIGINAL) == b"whole"
    assert rotate(settings, keys)[1] == 0
    settings.FIELD_KEYS = keys[:1]
    assert store.read(path, purpose=store.ORIGINAL) == b"whole"


def test_of_two_runs_one_has_the_files(settings: Any, keys: list[str]) -> None:
    Sealed()
    with store.rotating() as alone:
        assert alone
        found, status = rotate(settings, keys)
    assert status == 1
    assert found["another_run_has_the_files"] is True
    assert rotate(settings, keys)[1] == 0


def test_wrong_use_is_said(settings: Any) -> None:
    with pytest.raises(CommandError) as error:
        call_command("rotate_field_keys", "--batch", "0")
    assert error.value.returncode == 2


def test_no_key_and_no_name_stand_in_the_report_or_the_history(
    settings: Any, keys: list[str]
) -> None:
    Sealed()
    found, _status = rotate(settings, keys)
    text = json.dumps(found) + str(list(Event.objects.values()))
    for secret in (*keys, REPORTER, "inga@example.org"):
        assert secret not in text
    assert not Consent.objects.exists()
    assert Letter.objects.exists()
