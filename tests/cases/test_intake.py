"""Sending a report: one report, one case, sealed evidence, an answer; or nothing at all."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.db import connection

from cases import notices, rules
from cases.enums import CaseStatus, EvidenceKind, FileRole, ReportStatus
from cases.evidence import store
from cases.models import Case, Evidence, EvidenceFile, Report
from cases.selectors.case_head import head
from cases.selectors.case_page import reports_of
from cases.selectors.report import office_for
from cases.services import indexing, intake, triage
from cases.services.answers import ACCOUNT_LENGTH
from cases.terms import terms
from integrity.audit.models import Event, EventValue
from integrity.core import clock, crypto
from integrity.core.errors import Conflict, InvalidInput, NotPermitted
from integrity.courses.enums import ProductKind
from integrity.courses.models import Programme
from notifications.content import unseal_letter
from notifications.models import Letter, OutboxMessage
from tests.cases import builders
from tests.cases import intake_builders as make
from tests.courses import builders as base

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def root(settings: Any, tmp_path: Path) -> Path:
    settings.EVIDENCE_ROOT = tmp_path / "evidence"
    return settings.EVIDENCE_ROOT


@pytest.fixture
def scene() -> make.Scene:
    return make.scene()


def refused(scene: make.Scene, root: Path, **fields: Any) -> dict[str, list[str]]:
    """The messages of a report that is refused without leaving anything."""
    with make.nothing_changes(root), pytest.raises(InvalidInput) as refusal:
        make.send(scene, **fields)
    return {name: [str(m) for m in found] for name, found in refusal.value.fields.items()}


# What comes of it


def test_a_flag_becomes_a_report_a_case_a_respondent_and_evidence(
    scene: make.Scene, frozen_clock: Any
) -> None:
    report = make.send(
        scene,
        links=["https://example.org/article"],
        uploads=[make.upload("chat.png", make.told_picture())],
        quoted_text="to call such material public",
    )

    case = report.case
    assert report.status == ReportStatus.SUBMITTED
    assert report.submitted_at == report.acknowledged_at == clock.now()
    assert report.processing_notice == notices.current_processing().version
    assert report.good_faith
    assert case.number == f"IC-{clock.now().year}-000001"
    assert case.status == CaseStatus.TRIAGE
    assert case.title == "Essay 2, Data Ethics"
    assert case.reported_as == "Plagiarism"
    assert case.policy_version == scene.honor
    assert case.incident_at == scene.submission.submitted_at
    assert case.due_at.isoformat() == "2026-03-04T23:59:59+00:00"
    assert [r.user for r in case.respondents.all()] == [scene.learner]
    assert [(e.label, e.kind) for e in case.evidence.all()] == [
        ("E1", EvidenceKind.SUBMISSION),
        ("E2", EvidenceKind.QUOTE),
        ("E3", EvidenceKind.LINK),
        ("E4", EvidenceKind.FILE),
    ]


def test_references_and_numbers_have_their_form(scene: make.Scene) -> None:
    first, second = make.send(scene), make.send(scene, submission=None, kind="violation")

    for report in (first, second):
        assert report.reference[:2] == "R-"
        assert len(report.reference) == len("R-7Q2M-X94T")
        assert not set(report.reference[2:]) & set("ILOU")
    assert first.reference != second.reference
    assert second.case.number == f"IC-{clock.now().year}-000002"


def test_the_flagged_text_is_kept_as_it_was(scene: make.Scene) -> None:
    case = make.send(scene).case
    before = scene.submission.text
    scene.submission.text = "Something else."
    scene.submission.save()

    kept = case.evidence.get(kind=EvidenceKind.SUBMISSION)

    assert kept.text == before
    assert kept.sha256 == hashlib.sha256(before.encode()).hexdigest()


def test_a_file_is_kept_as_sealed_original_and_clean_copy(scene: make.Scene) -> None:
    content = make.told_picture()
    case = make.send(scene, uploads=[make.upload("chat.png", content)]).case

    piece = case.evidence.get(kind=EvidenceKind.FILE)
    original = piece.files.get(role=FileRole.ORIGINAL)
    copy = piece.files.get(role=FileRole.DERIVATIVE)
    assert store.read(original.path, purpose=store.ORIGINAL) == content
    assert piece.sha256 == original.sha256
    assert make.CANARY.encode() not in store.read(copy.path, purpose=store.DERIVATIVE)
    assert copy.name_sealed is None
    assert piece.added_by is None
    assert "chat" not in f"{piece.title} {piece.description} {original.path} {copy.path}"


def test_a_conduct_incident_in_a_post_names_its_author_and_keeps_the_words(
    scene: make.Scene,
) -> None:
    report = make.send(
        scene,
        kind="incident",
        submission=None,
        post=scene.post,
        violation_type=scene.type("threats"),
        account="It frightened people.",
    )

    case = report.case
    assert case.kind == "conduct"
    assert case.policy_version == scene.conduct
    assert case.urgent
    assert [r.user for r in case.respondents.all()] == [scene.learner]
    assert case.evidence.get().text == scene.post.body


def test_a_report_about_nobody_known_has_no_respondent(scene: make.Scene) -> None:
    report = make.send(
        scene,
        kind="incident",
        submission=None,
        violation_type=scene.type("harassment"),
        visible_name="dark_wolf_77",
        account="Somebody writes to me every night.",
    )

    assert not report.case.respondents.exists()
    words = report.case.words.text.split()
    assert {"every", "night"} <= {*words}
    # The name shown there is hidden in triage, so it finds nothing either.
    assert not {"dark", "wolf", "77"} & {*words}
    assert not report.case.urgent


def test_a_second_report_about_the_same_submission_joins_the_case(scene: make.Scene) -> None:
    first = make.send(scene, links=["https://example.org/1"])
    another = base.person("Second Reporter")
    second = make.send(scene, actor=another, links=["https://example.org/2"])

    assert first.case == second.case
    assert Case.objects.count() == 1
    assert first.case.respondents.count() == 1
    assert first.case.evidence.filter(kind=EvidenceKind.SUBMISSION).count() == 1
    assert [e.label for e in first.case.evidence.all()] == ["E1", "E2", "E3"]
    assert Event.objects.filter(action="report.joined").count() == 1
    assert Event.objects.filter(action="case.filed").count() == 1


def test_case_51_many_reports_about_one_piece_of_work_are_one_case_without_a_sanction(
    scene: make.Scene,
) -> None:
    for number in range(50):
        make.send(scene, actor=base.person(f"Reporter {number}"))

    case = Case.objects.get()
    assert case.reports.count() == 50
    assert case.status == CaseStatus.TRIAGE
    assert case.respondents.get().status == CaseStatus.TRIAGE
    assert not case.allegations.exists()


def test_after_triage_a_new_report_opens_a_new_case(scene: make.Scene) -> None:
    first = make.send(scene)
    triage.dismiss(actor=builders.moderator(), number=first.case.number, reason="not_enough")

    second = make.send(scene, actor=base.person())

    assert second.case != first.case
    assert second.case.number == f"IC-{clock.now().year}-000002"


def test_an_urgent_report_makes_the_case_it_joins_urgent(scene: make.Scene) -> None:
    fields = {"kind": "incident", "submission": None, "post": scene.post}
    make.send(scene, **fields, violation_type=scene.type("harassment"))
    make.send(
        scene, **fields, violation_type=scene.type("threats"), actor=base.person("Another One")
    )

    assert Case.objects.get().urgent


def test_case_33_whoever_it_is_about_the_answer_is_the_same(scene: make.Scene) -> None:
    gone = base.person("Gone Away", is_active=False)
    own = base.submission(scene.assignment, scene.reporter)
    other = base.submission(scene.assignment, gone)

    sent = [
        make.send(scene),
        make.send(scene, submission=own),
        make.send(scene, submission=other),
        make.send(scene, kind="violation", submission=None, visible_name="Nobody At All"),
    ]

    shown = {
        (r.status, r.outcome, r.reference[:2], len(r.reference), r.closed_at is None) for r in sent
    }
    assert len(shown) == 1
    letters = Letter.objects.values_list("title", "event")
    assert len(letters) == 4
    assert len(set(letters)) == 1


# The policy that governs


def test_the_version_in_force_at_the_incident_governs(scene: make.Scene) -> None:
    newer = make.next_version(
        scene.honor, since=timedelta(days=2), code="plagiarism", title="Copying"
    )
    assert scene.submission.submitted_at < newer.effective_at

    chosen = make.send(scene, violation_type=newer.violation_types.get())

    # The work was handed in before: the words of the older text count.
    assert chosen.violation_type == scene.honor.violation_types.get(code="plagiarism")
    assert chosen.case.policy_version == scene.honor
    assert chosen.case.reported_as == "Plagiarism"


def test_a_type_that_did_not_exist_then_leaves_the_version_of_the_time(scene: make.Scene) -> None:
    newer = make.next_version(scene.honor, since=timedelta(days=2), code="brand_new", title="New")

    report = make.send(scene, violation_type=newer.violation_types.get())

    assert report.violation_type is None
    assert report.case.policy_version == scene.honor
    assert report.case.reported_as == ""


def test_a_report_without_a_time_is_under_what_is_in_force_now(scene: make.Scene) -> None:
    newer = make.next_version(scene.honor, since=timedelta(days=2), code="plagiarism", title="New")

    report = make.send(scene, kind="violation", submission=None)

    assert report.case.policy_version == newer
    assert report.case.incident_at is None


def test_degree_cases_belong_to_the_institution_and_others_to_the_platform(
    scene: make.Scene,
) -> None:
    college = base.institution()
    degree = Programme.objects.create(
        institution=college, slug="msc", title="MSc", product_kind=ProductKind.DEGREE
    )
    plain = Programme.objects.create(
        institution=college, slug="path", title="Path", product_kind=ProductKind.SPECIALIZATION
    )

    assert office_for(base.course(institution=college, programme=degree)) == college
    assert office_for(base.course(institution=college, programme=plain)) == scene.platform
    assert office_for(base.course(institution=college)) == scene.platform
    assert office_for(None) == scene.platform


# The reporter


def test_the_reporter_is_sealed_everywhere(scene: make.Scene) -> None:
    report = make.send(scene, uploads=[make.upload("a.txt", b"words")])

    person = json.loads(crypto.unseal(report.reporter_sealed, purpose=rules.REPORTER))
    assert person["user"] == str(scene.reporter.public_id)
    assert person["email"] == scene.reporter.email
    assert list(rules.own_reports(scene.reporter)) == [report]
    assert not rules.own_reports(scene.learner).exists()
    events = Event.objects.filter(action__in=["report.received", "case.filed"])
    assert {event.actor_kind for event in events} == {"sealed"}
    message = OutboxMessage.objects.get()
    assert message.recipient_kind == "sealed"
    assert message.recipient_ref == report.reporter_ref


def test_case_107_no_row_names_the_reporter(scene: make.Scene, root: Path) -> None:
    report = make.send(
        scene,
        links=["https://example.org/article"],
        uploads=[make.upload(f"{make.CANARY}.png", make.told_picture())],
    )
    report.refresh_from_db()

    secrets = [make.CANARY, scene.reporter.email, str(scene.reporter.public_id)]
    secrets += [scene.reporter.public_id.hex]
    for text in _everything_about_cases():
        assert not [secret for secret in secrets if secret in text]
    for path in make.files(root):
        assert not [secret for secret in secrets if secret.encode() in path.read_bytes()]


def _everything_about_cases() -> list[str]:
    tables = [
        name
        for name in connection.introspection.table_names()
        if name.startswith(("cases_", "audit_", "notifications_"))
    ]
    found = []
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                cells = [bytes(c) if isinstance(c, memoryview) else c for c in row]
                found.append(f"{table}: {cells}")
    assert len(found) > 10
    return found


def test_the_name_is_shown_to_the_desk_only_when_it_was_given(scene: make.Scene) -> None:
    make.send(scene, form_key="named", mode="named")
    case = make.send(scene, form_key="confidential", mode="confidential").case
    officer = builders.officer()
    triage.open_case(actor=officer, number=case.number)
    shown = {line.report.mode: line.reporter for line in reports_of(head(officer, case.number))}
    assert shown == {"named": make.CANARY, "confidential": ""}


def test_case_46_two_reporters_of_one_file_leave_no_common_row(scene: make.Scene) -> None:
    for name in ("First", "Second"):
        make.send(scene, actor=base.person(name), uploads=[make.upload("a.png", make.picture())])

    files = EvidenceFile.objects.filter(role=FileRole.ORIGINAL)
    assert len({file.path for file in files}) == 2
    assert len({bytes(file.name_sealed) for file in files}) == 2
    assert Evidence.objects.filter(kind=EvidenceKind.FILE).count() == 2


# The answer


def test_the_acknowledgement_is_queued_in_the_language_of_the_page(scene: make.Scene) -> None:
    report = make.send(scene, language="es")

    message = OutboxMessage.objects.get()
    letter = Letter.objects.get()
    assert message.event == letter.event == "report_received"
    assert message.language == "es"
    assert message.key == f"report_received:{report.public_id}"
    assert message.case_number == ""
    content = json.loads(crypto.unseal(message.content_sealed, purpose="message"))
    assert report.reference in content["subject"]
    assert "Plagiarism" not in content["text"]
    assert "Essay 2" not in content["text"]


def test_the_history_says_what_arrived_with_fingerprints_and_no_words(scene: make.Scene) -> None:
    make.send(scene, uploads=[make.upload("a.png", make.picture())])

    actions = list(Event.objects.values_list("action", flat=True))
    assert actions == [
        "case.filed",
        "evidence.added",
        "evidence.added",
        "report.received",
        "letter.queued",
    ]
    received = Event.objects.get(action="report.received")
    assert received.data == {
        "kind": "flag",
        "mode": "confidential",
        "evidence": 1,
        "violation": "plagiarism",
    }
    file = EvidenceFile.objects.get(role=FileRole.ORIGINAL)
    assert file.sha256 in [event.data.get("sha256") for event in Event.objects.all()]
    assert not EventValue.objects.filter(value__contains="article").exists()
    assert not Event.objects.filter(payload__contains="article").exists()


def test_the_search_text_holds_what_the_desk_looks_for(scene: make.Scene) -> None:
    case = make.send(scene, links=["https://example.org/Ärticle"]).case
    words = case.words.text.split()

    for text in ("IC-2026-000001", "essay 2", "data ethics", "article", "week 3"):
        assert {*terms(text)} <= {*words}
    # In triage nobody is named, so a name finds nothing.
    assert not {"amara", "okonjo"} & {*words}
    assert not {*terms(make.CANARY)} & {*words}


def test_the_search_text_has_an_end(scene: make.Scene, monkeypatch: Any) -> None:
    monkeypatch.setattr(indexing, "SEARCH_LENGTH", 100)

    assert 60 < len(make.send(scene).case.words.text) <= 100


# Once


def test_the_same_key_gives_the_first_report(scene: make.Scene, root: Path) -> None:
    first = make.send(scene, form_key="k", uploads=[make.upload("a.png", make.picture())])
    with make.nothing_changes(root):
        again = make.send(scene, form_key="k", uploads=[make.upload("a.png", make.picture())])

    assert again == first


@pytest.mark.parametrize(
    "other",
    [
        {"account": "Something else."},
        {"mode": "named"},
        {"links": ["https://example.org/other"]},
        {"uploads": [make.upload("b.txt", b"other")]},
        {"submission": None, "kind": "violation"},
    ],
)
def test_case_59_the_same_key_with_other_content_is_a_conflict(
    scene: make.Scene, root: Path, other: dict[str, Any]
) -> None:
    make.send(scene, form_key="k")

    with make.nothing_changes(root), pytest.raises(Conflict):
        make.send(scene, form_key="k", **other)


def test_a_key_of_somebody_else_tells_nothing(scene: make.Scene, root: Path) -> None:
    make.send(scene, form_key="k")

    with make.nothing_changes(root), pytest.raises(Conflict):
        make.send(scene, form_key="k", actor=scene.learner)


def test_case_58_twenty_times_is_once(scene: make.Scene) -> None:
    sent = {make.send(scene, form_key="k").pk for _time in range(20)}

    assert len(sent) == Report.objects.count() == OutboxMessage.objects.count() == 1


# Refused


def test_without_an_account_nothing_can_be_sent_yet(scene: make.Scene, root: Path) -> None:
    with make.nothing_changes(root), pytest.raises(NotPermitted):
        make.send(scene, actor=None)


@pytest.mark.parametrize(
    ("mode", "says", "not_says"),
    [
        ("named", "the people who work on the case see it", "kept sealed"),
        ("confidential", "Your name is kept sealed", "the people who work on the case see it"),
    ],
)
def test_the_acknowledgement_says_what_is_true_of_the_name(
    scene: make.Scene, mode: str, says: str, not_says: str
) -> None:
    make.send(scene, mode=mode)

    html = unseal_letter(Letter.objects.get().content_sealed).html
    assert says in html
    assert not_says not in html


@pytest.mark.parametrize(
    ("fields", "at"),
    [
        ({"kind": "gossip"}, "kind"),
        ({"mode": "public"}, "mode"),
        ({"submission": None}, "submission"),
        ({"good_faith": False}, "good_faith"),
        ({"kind": "violation", "submission": None, "account": " \n "}, "account"),
        ({"account": "x" * (ACCOUNT_LENGTH + 1)}, "account"),
        ({"account": "NUL \x00"}, "account"),
        ({"account": "surrogate \ud800"}, "account"),
        ({"account": "escape \x1b[31m"}, "account"),
        ({"quoted_text": "NUL \x00"}, "quoted_text"),
        ({"visible_name": "x" * 151}, "visible_name"),
        ({"links": ["javascript:alert(1)"]}, "links"),
        ({"links": ["https://"]}, "links"),
        ({"links": ["ftp://example.org/a"]}, "links"),
        ({"links": ["https://good.example@evil.example/"]}, "links"),
        ({"links": ["https://example.org/" + "x" * 2000]}, "links"),
        ({"links": [f"https://example.org/{n}" for n in range(11)]}, "links"),
        ({"incident_at": datetime(2999, 1, 1, tzinfo=UTC)}, "incident_at"),
        ({"uploads": [make.upload("a.svg", b"<svg/>")]}, "uploads"),
        ({"uploads": [make.upload("a.txt", b"a")] * 11}, "uploads"),
    ],
)
def test_wrong_input_is_named_at_its_field_and_leaves_nothing(
    scene: make.Scene, root: Path, fields: dict[str, Any], at: str
) -> None:
    assert list(refused(scene, root, **fields)) == [at]


def test_everything_wrong_is_said_at_once(scene: make.Scene, root: Path) -> None:
    found = refused(
        scene, root, mode="", good_faith=False, account="\x00", links=["nowhere", "https://ok.org"]
    )

    assert set(found) == {"mode", "good_faith", "account", "links"}


def test_case_35_invisible_signs_are_taken_out(scene: make.Scene) -> None:
    report = make.send(
        scene,
        account="read \u202ethis\u202c now\u200b",
        visible_name="dark\r\nwolf",
        quoted_text="=cmd|' /C calc'!A0",
    )

    assert report.account == "read this now"
    assert report.visible_name == "dark wolf"
    assert report.quoted_text == "=cmd|' /C calc'!A0"


def test_what_breaks_halfway_leaves_nothing(scene: make.Scene, root: Path) -> None:
    uploads = [make.upload("a.png", make.picture())]
    for broken in ("acknowledge", "bring"):
        with (
            make.nothing_changes(root),
            mock.patch.object(intake, broken, side_effect=RuntimeError),
            pytest.raises(RuntimeError),
        ):
            make.send(scene, form_key="k", uploads=uploads)

    again = make.send(scene, form_key="k", uploads=uploads)
    assert again.case.number == f"IC-{clock.now().year}-000001"


def test_the_number_of_queries_does_not_grow_with_the_reports_of_a_case(
    scene: make.Scene, count_queries: Any
) -> None:
    def queries() -> int:
        actor = base.person("Some Reporter")
        violation = scene.type("plagiarism")
        with count_queries() as counted:
            make.send(scene, actor=actor, form_key=f"q-{actor.pk}", violation_type=violation)
        return int(counted.number)

    make.send(scene)
    second = queries()
    make.send(scene, actor=base.person())
    assert queries() == second
    # From the fifth on they are many at once, which is looked up.
    make.send(scene, actor=base.person())
    sixth = queries()
    for _more in range(3):
        make.send(scene, actor=base.person())
    assert queries() == sixth
