"""Lists of reports: read, checked line by line, filed once each, whatever happens (IN10)."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from allauth.account.models import EmailAddress
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from cases import informants, rules, tasks
from cases.enums import ImportStatus
from cases.evidence import store
from cases.models import Case, Report, ReportImport
from cases.services import evidence, import_lines, import_rows, intake, report_import
from integrity.accounts.models import User
from integrity.audit.models import Event
from integrity.core.errors import Conflict, InvalidInput, NotFound, NotPermitted
from integrity.web.forms import new_form_token
from notifications.models import OutboxMessage
from tests.cases import builders as build
from tests.cases import intake_builders as make
from tests.courses import builders as base

pytestmark = pytest.mark.django_db

CANARY = "Petronella Quist-Vandermolen"
HEAD = "reference,kind,account"
URL = "/desk/reports/import/"


@pytest.fixture(autouse=True)
def root(settings: Any, tmp_path: Path) -> Path:
    settings.EVIDENCE_ROOT = tmp_path / "evidence"
    return settings.EVIDENCE_ROOT


@pytest.fixture
def scene() -> make.Scene:
    return make.scene()


@pytest.fixture
def officer(scene: make.Scene) -> User:
    return build.officer()


def table(*lines: str, head: str = HEAD) -> bytes:
    return "\r\n".join([head, *lines, ""]).encode()


THREE = table("A-1,violation,Answers were sold.", "A-2,violation,More.", "A-3,incident,Words.")


def upload(
    scene: make.Scene, officer: User, content: bytes = THREE, key: str = "k"
) -> ReportImport:
    return report_import.upload(
        actor=officer, institution=scene.platform, content=content, form_key=key
    )


def filed(
    scene: make.Scene, officer: User, content: bytes = THREE, *, leave_out: bool = False
) -> ReportImport:
    row = upload(scene, officer, content, key=str(ReportImport.objects.count()))
    report_import.start(actor=officer, import_id=row.public_id, leave_out=leave_out)
    report_import.run()
    row.refresh_from_db()
    return row


def errors(content: bytes, scene: make.Scene) -> dict[int, dict[str, list[str]]]:
    lines = import_lines.Checker(scene.platform, "0" * 64).lines(import_rows.read(content))
    return {line.line: line.errors for line in lines if line.errors}


# Reading


@pytest.mark.parametrize("mark", [",", ";"])
@pytest.mark.parametrize("before", ["", "\ufeff"])
def test_comma_and_semicolon_with_and_without_a_mark(mark: str, before: str) -> None:
    text = f"{before}KIND{mark} Account \r\nflag{mark}Seen twice.\r\n"
    [row] = import_rows.read(text.encode())
    assert (row.line, row.cells["kind"], row.cells["account"]) == (2, "flag", "Seen twice.")


def test_quoted_line_ends_and_marks_are_kept_and_lines_count_as_in_an_editor() -> None:
    text = 'kind,account\r\nflag,"One, two\r\n""three"""\r\n\r\n,\r\nincident,Last\r\n'
    first, last = import_rows.read(text.encode())
    assert first.cells["account"] == 'One, two\n"three"'
    assert (first.line, last.line) == (2, 6)


def test_case_96_a_formula_is_just_text(scene: make.Scene, officer: User) -> None:
    content = table('F-1,violation,"=HYPERLINK(""https://evil.example"")"')
    filed(scene, officer, content)
    assert Report.objects.get().account == '=HYPERLINK("https://evil.example")'


def test_case_35_what_cannot_be_kept_is_refused_at_its_line_and_column(scene: make.Scene) -> None:
    good = b"G,violation,Good."
    bad = [b"N,violation,a\x00b", b"B,violation,a\xe2\x80\xaeb", b"S,violation,a\xed\xa0\x80b"]
    content = b"\n".join([HEAD.encode(), *bad, b"L,violation,caf\xe9", good])
    found = errors(content, scene)
    assert sorted(found) == [2, 3, 4, 5]
    assert all(list(columns) == ["account"] for columns in found.values())


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"kind,account\n",
        b"kind\nflag\n",
        b"kind,account,colour\nflag,x,red\n",
        b"kind,account,kind\nflag,x,flag\n",
        b'kind,account\nflag,"open\n',
        b"\xff\xfek\x00i\x00",
        b"kind,account\n" + b"flag,x\n" * 1_001,
        b"kind,account\nflag," + b"x" * (2 * 1024 * 1024),
        b"kind,account\nflag," + b"x" * 200_000 + b"\n",
        b"\x89PNG\r\n\x1a\n\x00\x00",
        bytes(range(256)) * 10,
    ],
)
def test_what_is_no_list_is_refused_as_a_whole(content: bytes) -> None:
    with pytest.raises(InvalidInput) as refused:
        import_rows.read(content)
    assert list(refused.value.fields) == ["file"]


def test_a_picture_or_a_workbook_is_called_what_it_is_not() -> None:
    for content in (b"\x89PNG\r\n\x1a\n\x00\x00", b"PK\x03\x04\x14\xff\xfe", b"k\xefnd,account\n"):
        with pytest.raises(InvalidInput) as refused:
            import_rows.read(content)
        assert "CSV UTF-8" in str(refused.value.fields["file"][0])


def test_the_template_has_every_column_and_nobody_in_it() -> None:
    text = import_rows.template()
    assert text.strip().split(",") == list(import_rows.COLUMNS)
    # It can be filled in and read.
    row = text + ",".join(["R", "violation", *[""] * 3, "Words", *[""] * 9]) + "\r\n"
    assert import_rows.read(row.encode())[0].errors == {}


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("kind", "gossip"),
        ("course", "no-such-course"),
        ("about", "00000000-0000-4000-8000-000000000000"),
        ("about", "Essay 2"),
        ("violation", "gossip"),
        ("account", ""),
        ("account", "x" * 4_001),
        ("happened", "20/11/2026"),
        ("happened", "2999-01-01"),
        ("happened", "1999-01-01"),
        ("happened", "9999-12-31"),
        ("happened", "9999-12-31T23:30"),
        ("happened", "9999-12-31T23:30-12:00"),
        ("links", "javascript:alert(1)"),
        ("informant_email", "no address"),
        ("mode", "secret"),
        ("received_by", "pigeon"),
        ("reference", "x" * 101),
    ],
)
def test_what_is_wrong_is_said_at_its_line_and_column(
    scene: make.Scene, column: str, value: str
) -> None:
    cells = {"reference": "A", "kind": "violation", "account": "Words.", "mode": ""}
    cells["violation"] = "plagiarism"
    scene.platform.time_zone = "America/New_York"
    if column.startswith("informant"):
        cells["informant_name"] = "Petra"
    cells[column] = value
    content = table(",".join(cells.values()), head=",".join(cells))
    found = errors(content, scene)
    assert list(found) == [2], found
    assert column in found[2], found


def test_every_mistake_of_a_line_is_named_at_once(scene: make.Scene) -> None:
    content = table("x,gossip,,no", head="reference,kind,account,course")
    assert set(errors(content, scene)[2]) == {"kind", "account", "course"}


def test_one_reference_twice_in_a_list_is_a_mistake_of_the_second(scene: make.Scene) -> None:
    found = errors(table("A,violation,One.", "A,violation,Two."), scene)
    assert list(found) == [3]
    assert "reference" in found[3]


def test_a_time_without_a_zone_is_local_and_a_day_stays_a_day() -> None:
    at, day_only = import_rows.moment("2026-07-01 14:30", "Europe/Berlin")
    assert at is not None
    assert (at.utcoffset(), day_only) == (timedelta(hours=2), False)
    assert import_rows.moment("2026-07-01", "Europe/Berlin")[1]
    assert import_rows.moment("", "Europe/Berlin") == (None, False)


# Upload and dry run


def test_nothing_is_filed_by_looking(scene: make.Scene, officer: User, root: Path) -> None:
    row = upload(scene, officer)
    assert [line.waits for line in report_import.lines_of(row)] == [True] * 3
    assert not Report.objects.exists()
    assert not Case.objects.exists()


def test_case_107_the_list_lies_sealed_and_nothing_of_it_is_in_its_row(
    scene: make.Scene, officer: User, root: Path
) -> None:
    head = f"{HEAD},informant_name,informant_contact"
    row = upload(scene, officer, table(f"A,violation,Words.,{CANARY},+31 20", head=head))
    [path] = make.files(root)
    assert CANARY.encode() not in path.read_bytes()
    assert CANARY in store.read(row.path, purpose=import_lines.PURPOSE).decode()
    assert CANARY not in repr(ReportImport.objects.values())
    assert evidence.orphans(older_than=timedelta(0)) == []


def test_the_same_form_is_one_list_and_with_another_file_a_conflict(
    scene: make.Scene, officer: User, root: Path
) -> None:
    row = upload(scene, officer)
    assert upload(scene, officer) == row
    with pytest.raises(Conflict):
        upload(scene, officer, table("B,violation,Other."))
    assert len(make.files(root)) == 1


def test_case_58_the_same_form_twice_at_the_same_moment_is_one_list(
    scene: make.Scene, officer: User, root: Path
) -> None:
    first: list[ReportImport] = []
    write = store.write

    def meanwhile(content: bytes, *, purpose: str) -> str:
        with mock.patch.object(store, "write", write):
            first.append(upload(scene, officer))
        return write(content, purpose=purpose)

    with mock.patch.object(store, "write", meanwhile):
        second = upload(scene, officer)
    assert [second] == first == list(ReportImport.objects.all())
    assert len(make.files(root)) == 1


def test_a_list_that_cannot_be_stored_leaves_nothing(
    scene: make.Scene, officer: User, root: Path
) -> None:
    with (
        make.nothing_changes(root),
        mock.patch.object(ReportImport.objects, "create", side_effect=RuntimeError),
        pytest.raises(RuntimeError),
    ):
        upload(scene, officer)
    assert not ReportImport.objects.exists()


def test_only_an_officer_of_the_institution_sends_a_list(scene: make.Scene) -> None:
    partner = base.institution(slug="partner", name="Partner University")
    for person in (build.moderator(), build.auditor(), build.officer("P", partner)):
        with pytest.raises(NotPermitted):
            upload(scene, person)


# Filing


def test_each_line_becomes_a_report_entered_by_the_officer(
    scene: make.Scene, officer: User
) -> None:
    head = "reference,kind,about,violation,account,happened,links,received_by"
    about = scene.submission.public_id
    line = f"X-1,flag,{about},plagiarism,Words.,2026-11-02,https://example.org/a,post"
    row = filed(scene, officer, table(line, head=head))
    report = Report.objects.get()
    assert (row.status, row.filed_at is not None) == (ImportStatus.FILED, True)
    assert (report.entered_by, report.imported_with) == (officer, row)
    assert (report.received_by, report.incident_day_only) == ("post", True)
    assert report.submission == scene.submission
    assert (report.mode, report.receipt_ref) == ("anonymous", "")
    assert report.evidence.count() == 1
    [line_made] = report_import.lines_of(row)
    assert line_made.reference == report.reference
    event = Event.objects.get(action="reports.imported")
    assert event.data["lines"] == 1
    assert Event.objects.filter(action="report.entered").count() == 1


def test_somebody_with_an_account_finds_the_report_and_nobody_is_named(
    scene: make.Scene, officer: User
) -> None:
    person = base.person(CANARY, email="petronella@example.org")
    EmailAddress.objects.create(user=person, email=person.email, verified=True)
    head = f"{HEAD},informant_name,informant_email,mode"
    filed(scene, officer, table(f"A,violation,Words.,{CANARY},{person.email},named", head=head))
    report = rules.own_reports(person).get()
    assert report.mode == "named"
    assert informants.opened(report.informant_sealed or b"").name == CANARY
    assert OutboxMessage.objects.filter(event="report_received").count() == 1
    assert CANARY not in repr([*Event.objects.values(), *Report.objects.values()])


def test_floods_do_not_hold_a_list_up(scene: make.Scene, officer: User) -> None:
    lines = [f"L-{number},violation,Words {number}." for number in range(30)]
    filed(scene, officer, table(*lines))
    assert Report.objects.count() == 30


def test_the_file_goes_when_the_list_is_filed(scene: make.Scene, officer: User, root: Path) -> None:
    filed(scene, officer)
    assert make.files(root) == []


def test_the_same_file_and_the_same_reference_again_file_nothing(
    scene: make.Scene, officer: User
) -> None:
    filed(scene, officer)
    again = upload(scene, officer, key="again")
    assert all(line.known for line in report_import.lines_of(again))
    with pytest.raises(Conflict):
        report_import.start(actor=officer, import_id=again.public_id, leave_out=False)
    # Another list with one old and one new line.
    filed(scene, officer, table("A-2,violation,More.", "A-9,violation,New."))
    assert Report.objects.count() == 4


def test_lines_without_a_reference_are_known_by_file_and_place(
    scene: make.Scene, officer: User
) -> None:
    content = table("violation,Same words.", "violation,Same words.", head="kind,account")
    filed(scene, officer, content)
    assert Report.objects.count() == 2
    again = upload(scene, officer, content, key="again")
    assert all(line.known for line in report_import.lines_of(again))


def test_a_known_reference_with_other_words_is_a_mistake(scene: make.Scene, officer: User) -> None:
    filed(scene, officer)
    found = errors(table("A-1,violation,Changed words."), scene)
    assert "reference" in found[2]


def test_a_line_is_known_after_the_keys_were_rotated(
    scene: make.Scene, officer: User, settings: Any
) -> None:
    filed(scene, officer)
    settings.FIELD_KEYS = ["bmV3LWtleS1uZXcta2V5LW5ldy1rZXktbmV3LWtleSE="]
    assert all(line.known for line in report_import.lines_of(upload(scene, officer, key="again")))


def test_mistakes_are_left_out_only_when_the_officer_says_so(
    scene: make.Scene, officer: User
) -> None:
    content = table("A,violation,Good.", "B,gossip,Bad.", "C,violation,Good too.")
    row = upload(scene, officer, content)
    with pytest.raises(InvalidInput):
        report_import.start(actor=officer, import_id=row.public_id, leave_out=False)
    report_import.run()
    assert not Report.objects.exists()
    report_import.start(actor=officer, import_id=row.public_id, leave_out=True)
    report_import.run()
    assert Report.objects.count() == 2
    row.refresh_from_db()
    assert Event.objects.get(action="reports.imported").data["left_out"] == 1


def test_a_worker_that_dies_in_the_middle_files_nothing_twice(
    scene: make.Scene, officer: User
) -> None:
    lines = [f"L-{number},violation,Words {number}." for number in range(25)]
    row = upload(scene, officer, table(*lines))
    report_import.start(actor=officer, import_id=row.public_id, leave_out=False)
    submit = intake.submit_report

    def dies(**told: Any) -> Report:
        if told["account"] == "Words 17.":
            raise SystemExit
        return submit(**told)

    with mock.patch.object(intake, "submit_report", dies), pytest.raises(SystemExit):
        report_import.run()
    # Whole lots are there, and nothing of the one it died in.
    assert Report.objects.count() == report_import.LOT
    row.refresh_from_db()
    assert row.status == ImportStatus.FILING
    tasks.file_lists()
    assert Report.objects.count() == 25
    assert len({report.account for report in Report.objects.all()}) == 25
    row.refresh_from_db()
    assert row.status == ImportStatus.FILED


def test_a_line_that_fails_at_filing_says_so_and_the_others_go_on(
    scene: make.Scene, officer: User
) -> None:
    head = f"{HEAD},course"
    course = base.course(institution=scene.platform)
    content = table(f"A,violation,One.,{course.slug}", "B,violation,Two.,", head=head)
    row = upload(scene, officer, content)
    report_import.start(actor=officer, import_id=row.public_id, leave_out=False)
    course.delete()
    report_import.run()
    row.refresh_from_db()
    lines = report_import.lines_of(row)
    assert ("course" in lines[0].errors, bool(lines[1].reference)) == (True, True)
    assert row.status == ImportStatus.FILED


def test_a_line_that_breaks_something_keeps_neither_its_list_nor_the_next(
    scene: make.Scene, officer: User
) -> None:
    row = upload(scene, officer)
    report_import.start(actor=officer, import_id=row.public_id, leave_out=False)
    submit = intake.submit_report

    def breaks(**told: Any) -> Report:
        report = submit(**told)
        if told["account"] == "More.":
            raise KeyError(CANARY)
        return report

    with mock.patch.object(intake, "submit_report", breaks):
        report_import.run()
    row.refresh_from_db()
    lines = report_import.lines_of(row)
    assert [bool(line.reference) for line in lines] == [True, False, True]
    assert "" in lines[1].errors
    assert row.status == ImportStatus.FILED
    # Nothing of the broken one is left, so it can be sent again.
    assert Report.objects.count() == 2


def test_a_file_that_is_gone_ends_the_list_with_words(scene: make.Scene, officer: User) -> None:
    row = upload(scene, officer)
    report_import.start(actor=officer, import_id=row.public_id, leave_out=False)
    store.remove(row.path)
    report_import.run()
    row.refresh_from_db()
    assert row.status == ImportStatus.FILED
    assert all(line.errors for line in report_import.lines_of(row))


def test_lists_that_nobody_files_are_thrown_away_after_a_week(
    scene: make.Scene, officer: User, root: Path, frozen_clock: Any
) -> None:
    upload(scene, officer)
    frozen_clock.advance(days=6, hours=23)
    report_import.run()
    assert ReportImport.objects.exists()
    frozen_clock.advance(hours=1)
    report_import.run()
    assert not ReportImport.objects.exists()
    assert make.files(root) == []


def test_a_file_left_by_a_crash_after_filing_is_removed(
    scene: make.Scene, officer: User, root: Path
) -> None:
    with mock.patch.object(store, "remove"):
        row = filed(scene, officer)
    assert len(make.files(root)) == 1
    assert evidence.orphans(older_than=timedelta(0)) == [row.path]
    report_import.run()
    assert make.files(root) == []


def test_a_list_is_its_officers_alone(scene: make.Scene, officer: User) -> None:
    row = upload(scene, officer)
    other = build.officer("Other Officer")
    for act in (
        lambda: report_import.start(actor=other, import_id=row.public_id, leave_out=True),
        lambda: report_import.throw_away(actor=other, import_id=row.public_id),
    ):
        with pytest.raises(NotFound):
            act()


def test_filing_is_on_the_schedule(settings: Any) -> None:
    planned = {row["task"] for row in settings.CELERY_BEAT_SCHEDULE.values()}
    assert "cases.imports" in planned


# Pages


def send(client: Client, content: bytes = THREE) -> Any:
    upload_file = SimpleUploadedFile("list.csv", content, content_type="text/csv")
    return client.post(URL, {"form_token": new_form_token(), "file": upload_file})


def test_a_list_from_upload_to_the_last_report(
    scene: make.Scene, officer: User, client: Client
) -> None:
    client.force_login(officer)
    assert "<code>informant_email</code>" in client.get(URL).content.decode()
    answer = send(client, table("A,violation,Good.", "B,gossip,Bad."))
    assert answer.status_code == 303
    page = client.get(answer["Location"]).content.decode()
    assert "<code>kind</code>" in page
    assert "File 1 report" in page
    row = ReportImport.objects.get()
    file_it = reverse("desk:import_file", args=[row.public_id])
    assert client.post(file_it, {}).status_code == 400
    assert client.post(file_it, {"leave_out": "on"}).status_code == 303
    page = client.get(answer["Location"]).content.decode()
    assert "<progress" in page
    assert "data-refresh" in page
    report_import.run()
    page = client.get(answer["Location"]).content.decode()
    assert Report.objects.get().reference in page
    assert "<progress" not in page
    assert client.post(file_it, {"leave_out": "on"}).status_code == 303
    assert Report.objects.count() == 1


def test_a_file_that_is_no_list_is_refused_at_its_field(
    scene: make.Scene, officer: User, client: Client, root: Path
) -> None:
    client.force_login(officer)
    for content in (b"colour\nred\n", b"x" * (2 * 1024 * 1024 + 1)):
        answer = send(client, content)
        assert answer.status_code == 400
        assert 'href="#id_file"' in answer.content.decode()
    assert make.files(root) == []


def test_a_list_can_be_deleted_before_it_is_filed(
    scene: make.Scene, officer: User, client: Client, root: Path
) -> None:
    client.force_login(officer)
    send(client)
    row = ReportImport.objects.get()
    assert client.post(reverse("desk:import_delete", args=[row.public_id])).status_code == 303
    assert not ReportImport.objects.exists()
    assert make.files(root) == []


def test_the_template_is_a_file(officer: User, client: Client) -> None:
    client.force_login(officer)
    answer = client.get(reverse("desk:import_template"))
    assert answer["Content-Disposition"] == 'attachment; filename="reports.csv"'
    assert answer.content.decode() == import_rows.template()


# The command


def command(path: Path, *more: str) -> tuple[dict[str, Any], int]:
    out = io.StringIO()
    status = 0
    try:
        call_command("import_reports", str(path), "--institution", "platform", *more, stdout=out)
    except CommandError as error:
        status = error.returncode
    return json.loads(out.getvalue() or "{}"), status


def test_the_command_files_a_list_once(scene: make.Scene, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(THREE)
    told, status = command(path, "--dry-run")
    assert (told["waiting"], told["filed"], status) == (3, 0, 0)
    assert not Report.objects.exists()
    told, status = command(path)
    assert (told["filed"], told["known"], status) == (3, 0, 0)
    assert {row["line"] for row in told["reports"]} == {2, 3, 4}
    told, status = command(path)
    assert (told["filed"], told["known"], status) == (0, 3, 0)
    report = Report.objects.first()
    assert report is not None
    assert (report.entered_by, report.received_by) == (None, "import")
    assert Event.objects.filter(action="report.entered", actor_kind="system").count() == 3


def test_the_command_files_nothing_while_there_are_mistakes(
    scene: make.Scene, tmp_path: Path
) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(table("A,violation,Good.", "B,gossip,Bad."))
    told, status = command(path)
    assert (told["filed"], status) == (0, 1)
    assert [(row["line"], row["column"]) for row in told["mistakes"]] == [(3, "kind")]
    told, status = command(path, "--leave-out-mistakes")
    assert (told["filed"], status) == (1, 1)


def test_bad_use_of_the_command(scene: make.Scene, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(b"colour\nred\n")
    assert command(path)[1] == 2
    assert command(tmp_path / "none.csv")[1] == 2
    with pytest.raises(CommandError) as refused:
        call_command("import_reports", str(path), "--institution", "nowhere")
    assert refused.value.returncode == 2
