"""Evidence in a case: who may add it, who may open it, and what they get."""

from __future__ import annotations

import hashlib
import os
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.enums import CaseStatus, EvidenceKind, FileRole
from cases.models import Case, Disclosure, Evidence, EvidenceFile
from cases.services import evidence, showing, triage
from integrity.accounts.models import User
from integrity.audit.models import Event
from integrity.core import clock, crypto
from integrity.core.errors import Conflict, IllegalTransition, InvalidInput, NotFound, NotPermitted
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


@pytest.fixture
def case(scene: make.Scene) -> Case:
    return make.send(scene, uploads=[make.upload("chat.png", make.told_picture())]).case


@pytest.fixture
def piece(case: Case) -> Evidence:
    return case.evidence.get(kind=EvidenceKind.FILE)


def disclose(piece: Evidence) -> Disclosure:
    respondent = piece.case.respondents.get()
    return Disclosure.objects.create(evidence=piece, respondent=respondent)


def add(case: Case, actor: User, **fields: Any) -> Evidence:
    return evidence.add(
        **{
            "actor": actor,
            "number": case.number,
            "kind": "link",
            "title": "The article",
            "url": "https://example.org/article",
            "form_key": uuid.uuid4().hex,
            **fields,
        }
    )


# Adding at the desk


@pytest.mark.parametrize(
    ("fields", "sha256_of"),
    [
        ({}, b"https://example.org/article"),
        ({"kind": "quote", "text": "Word for word."}, b"Word for word."),
        ({"kind": "file", "upload": make.upload("a.txt", b"words")}, b"words"),
    ],
)
def test_the_desk_adds_a_piece_with_the_next_number(
    case: Case, fields: dict[str, Any], sha256_of: bytes
) -> None:
    moderator = builders.moderator()
    if "upload" in fields:
        fields["upload"].seek(0)
    revision = Case.objects.get().revision

    piece = add(case, moderator, **fields)

    assert piece.label == "E3"
    assert piece.added_by == moderator
    assert piece.sha256 == hashlib.sha256(sha256_of).hexdigest()
    event = Event.objects.order_by("sequence").last()
    assert event.action == "evidence.added"
    assert event.actor_role == "moderator"
    assert event.data == {"label": "E3", "kind": piece.kind, "sha256": piece.sha256}
    assert Case.objects.get().revision == revision + 1


def test_a_submission_of_the_course_is_kept_with_its_words(case: Case, scene: make.Scene) -> None:
    other = base.submission(scene.assignment, base.person(), text="Another essay.")

    piece = add(case, builders.moderator(), kind="submission", submission=other)

    assert piece.text == "Another essay."
    assert piece.submission == other


def test_a_submission_from_elsewhere_does_not_belong(case: Case, root: Path) -> None:
    elsewhere = base.submission(base.assignment(base.course()), base.person())

    with make.nothing_changes(root), pytest.raises(InvalidInput) as refusal:
        add(case, builders.moderator(), kind="submission", submission=elsewhere)

    assert list(refusal.value.fields) == ["submission"]


def test_hostile_58_the_same_form_adds_one_piece(case: Case, root: Path) -> None:
    moderator = builders.moderator()
    file = make.upload("a.png", make.picture())
    first = add(case, moderator, kind="file", upload=file, form_key="k")

    with make.nothing_changes(root):
        for _time in range(20):
            assert add(case, moderator, kind="file", upload=file, form_key="k") == first
        with pytest.raises(Conflict):
            add(case, moderator, kind="quote", text="Other words.", form_key="k")


@pytest.mark.parametrize(
    ("fields", "at"),
    [
        ({"kind": "rumour"}, "kind"),
        ({"url": ""}, "url"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"kind": "quote", "text": "  "}, "text"),
        ({"kind": "quote", "text": "NUL \x00"}, "text"),
        ({"kind": "file"}, "upload"),
        ({"kind": "file", "upload": make.upload("a.svg", b"<svg/>")}, "upload"),
        ({"kind": "submission"}, "submission"),
        ({"title": " "}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"description": "x" * 2001}, "description"),
        ({"kind": "quote", "text": "x" * 200_001}, "text"),
    ],
)
def test_wrong_input_is_named_at_its_field_and_leaves_nothing(
    case: Case, root: Path, fields: dict[str, Any], at: str
) -> None:
    with make.nothing_changes(root), pytest.raises(InvalidInput) as refusal:
        add(case, builders.moderator(), **fields)

    assert list(refusal.value.fields) == [at]


def test_strangers_add_nothing_and_learn_nothing(case: Case, scene: make.Scene, root: Path) -> None:
    teacher = base.teach(scene.course)
    elsewhere = builders.moderator("Far Away", base.institution())
    for actor in (scene.learner, scene.reporter, base.person(), teacher, elsewhere):
        with make.nothing_changes(root), pytest.raises(NotFound):
            add(case, actor)
    with make.nothing_changes(root), pytest.raises(NotPermitted):
        add(case, builders.auditor())
    with make.nothing_changes(root), pytest.raises(NotFound):
        evidence.add(
            actor=builders.moderator(),
            number="IC-2026-999999",
            kind="link",
            title="x",
            url="https://example.org/",
            form_key="k",
        )


def test_after_the_case_ended_nothing_is_added(case: Case, root: Path) -> None:
    officer = builders.officer()
    triage.dismiss(actor=officer, number=case.number, reason="not_enough")

    with make.nothing_changes(root), pytest.raises(IllegalTransition):
        add(case, officer, kind="file", upload=make.upload("a.png", make.picture()))


# Opening


def get(client: Client, piece: Evidence, user: User | None, **headers: str) -> Any:
    if user is not None:
        client.force_login(user)
    address = reverse("evidence:file", args=[piece.public_id])
    return client.get(address, headers=headers, follow=True)


def test_the_desk_gets_the_clean_copy_under_a_neutral_name(client: Client, piece: Evidence) -> None:
    response = get(client, piece, builders.moderator())

    assert response.status_code == 200
    assert response.content.startswith(b"\x89PNG")
    assert make.CANARY.encode() not in response.content
    assert response["Content-Type"] == "image/png"
    assert response["Content-Disposition"] == 'attachment; filename="E2.png"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "no-store" in response["Cache-Control"]
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"
    for header in ("ETag", "Last-Modified"):
        assert header not in response
    assert "chat" not in str(response.headers)


def test_hostile_45_the_accused_gets_the_same_bytes_and_no_sign_of_when_or_who(
    client: Client, piece: Evidence, scene: make.Scene
) -> None:
    staff = get(client, piece, builders.moderator())
    client.logout()
    disclose(piece)

    accused = get(client, piece, scene.learner)

    assert accused.status_code == 200
    assert accused.content == staff.content
    assert accused["Content-Disposition"] == 'attachment; filename="E2.png"'


def test_the_first_look_of_the_respondent_is_in_the_ledger_and_the_history_once(
    client: Client, piece: Evidence, scene: make.Scene, frozen_clock: Any
) -> None:
    disclosure = disclose(piece)
    first = clock.now()

    for _look in range(3):
        assert get(client, piece, scene.learner).status_code == 200
        frozen_clock.advance(minutes=5)

    disclosure.refresh_from_db()
    assert disclosure.first_viewed_at == first
    event = Event.objects.get(action="evidence.viewed")
    assert event.data == {"label": "E2"}
    assert event.actor_role == "respondent"


def test_a_look_of_the_desk_changes_nothing(client: Client, piece: Evidence, root: Path) -> None:
    moderator = builders.moderator()
    disclose(piece)
    with make.nothing_changes(root):
        get(client, piece, moderator)
    assert Disclosure.objects.get().first_viewed_at is None


def test_a_respondent_opens_what_they_gave_themselves(
    client: Client, piece: Evidence, scene: make.Scene
) -> None:
    piece.respondent = piece.case.respondents.get()
    piece.save()

    assert get(client, piece, scene.learner).status_code == 200


def test_hostile_18_and_25_everybody_else_finds_nothing(
    client: Client, piece: Evidence, scene: make.Scene, root: Path
) -> None:
    nowhere = client.get(reverse("evidence:file", args=[uuid.uuid4()]))
    assert nowhere.status_code == 404
    strangers = [
        None,
        scene.learner,  # accused, and nothing was disclosed
        scene.reporter,  # whose file it is
        base.person(),
        base.teach(scene.course),
        builders.administrator(),
        builders.moderator("Far Away", base.institution()),
    ]
    with make.nothing_changes(root):
        for user in strangers:
            client.logout()
            response = get(client, piece, user)
            absent = client.get(reverse("evidence:file", args=[uuid.uuid4()]))
            assert response.status_code == absent.status_code == 404
            assert response.content == absent.content


def test_hostile_17_what_was_shown_of_one_case_opens_nothing_of_another(
    client: Client, piece: Evidence, scene: make.Scene
) -> None:
    disclose(piece)
    other = make.send(
        scene,
        submission=base.submission(scene.assignment, base.person()),
        uploads=[make.upload("b.png", make.picture())],
    ).case.evidence.get(kind=EvidenceKind.FILE)

    assert get(client, other, scene.learner).status_code == 404


def test_hostile_22_a_conflict_declared_a_moment_ago_counts(
    client: Client, piece: Evidence
) -> None:
    moderator = builders.moderator()
    assert get(client, piece, moderator).status_code == 200

    triage.declare_conflict(actor=moderator, number=piece.case.number, reason="My cousin.")

    assert get(client, piece, moderator).status_code == 404


def test_after_triage_a_moderator_who_only_sees_the_summary_opens_nothing(
    client: Client, piece: Evidence
) -> None:
    first, other = builders.moderator(), builders.moderator("Other One")
    triage.open_case(actor=first, number=piece.case.number)
    assert Case.objects.get().status == CaseStatus.INVESTIGATION

    assert get(client, piece, other).status_code == 404
    assert get(client, piece, first).status_code == 200
    assert get(client, piece, builders.officer()).status_code == 200
    assert get(client, piece, builders.auditor()).status_code == 200


def test_hostile_49_a_range_is_answered_in_full_and_a_revoked_reader_with_nothing(
    client: Client, piece: Evidence
) -> None:
    moderator = builders.moderator()
    whole = get(client, piece, moderator)
    part = get(client, piece, moderator, range="bytes=0-10")
    assert part.status_code == 200
    assert part.content == whole.content

    moderator.grants.update(ended_at=clock.now() - timedelta(seconds=1))

    assert get(client, piece, moderator, range="bytes=0-10").status_code == 404
    again = get(client, piece, moderator, **{"if-none-match": '"x"'})
    assert again.status_code == 404


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options"])
def test_hostile_28_other_methods_change_and_show_nothing(
    client: Client, piece: Evidence, root: Path, method: str
) -> None:
    client.force_login(builders.moderator())
    with make.nothing_changes(root):
        response = getattr(client, method)(reverse("evidence:file", args=[piece.public_id]))

        assert response.status_code == 405
        link = client.get(reverse("evidence:file", args=[piece.public_id]))["Location"]
        assert getattr(client, method)(link).status_code == 405
    # The test client follows with GET, whatever it was asked with.
    first = client.head(reverse("evidence:file", args=[piece.public_id]))
    second = client.head(first["Location"])
    assert (first.status_code, second.status_code) == (303, 200)
    assert first.content == second.content == b""


def test_a_file_that_was_exchanged_on_the_disk_is_not_given_out(
    piece: Evidence, root: Path
) -> None:
    copy = piece.files.get(role=FileRole.DERIVATIVE)
    other = evidence.store.write(b"something else", purpose=evidence.store.DERIVATIVE)
    (root / other).replace(root / copy.path)

    with pytest.raises(crypto.CannotOpen):
        showing.open_file(actor=builders.moderator(), evidence_id=piece.public_id)


def test_one_may_never_open_the_original(piece: Evidence) -> None:
    piece.files.filter(role=FileRole.DERIVATIVE).delete()

    with pytest.raises(NotFound):
        showing.open_file(actor=builders.officer(), evidence_id=piece.public_id)


def test_opening_costs_the_same_number_of_queries_however_much_evidence_there_is(
    client: Client, piece: Evidence, scene: make.Scene, count_queries: Any
) -> None:
    client.force_login(builders.moderator())

    def queries() -> int:
        with count_queries() as counted:
            assert get(client, piece, None).status_code == 200
        return int(counted.number)

    queries()
    once = queries()
    for _more in range(2):
        make.send(scene, actor=base.person(), uploads=[make.upload("b.png", make.picture())])
    assert queries() == once


# Orphans


def test_files_that_no_row_names_are_found(case: Case, root: Path) -> None:
    lost = evidence.store.write(b"lost", purpose=evidence.store.ORIGINAL)
    (root / f"{lost}.part").write_bytes(b"half")
    young = evidence.store.write(b"young", purpose=evidence.store.ORIGINAL)
    day_ago = clock.now().timestamp() - 2 * 24 * 60 * 60
    for path in make.files(root):
        if young not in str(path):
            os.utime(path, (day_ago, day_ago))

    assert sorted(evidence.orphans()) == [lost, f"{lost}.part"]
    assert EvidenceFile.objects.count() == 2


def test_without_any_file_there_are_no_orphans() -> None:
    assert evidence.orphans() == []
