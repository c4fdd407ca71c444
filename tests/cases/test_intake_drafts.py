"""Reports that are not sent yet: what is kept, for whom, and what goes with them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from cases import rules
from cases.enums import EvidenceKind, FileRole, ReportStatus
from cases.evidence import StorageFull, store
from cases.models import Case, DraftFile, EvidenceFile, Report
from cases.selectors.report import my_reports
from cases.services import drafts, evidence, intake
from integrity.audit.models import Event
from integrity.core.errors import Conflict, InvalidInput, NotFound
from notifications.models import OutboxMessage
from tests.cases import builders
from tests.cases import intake_builders as make
from tests.courses import builders as base

# Rows outside any transaction, so that what waits for the commit happens.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def root(settings: Any, tmp_path: Path) -> Path:
    settings.EVIDENCE_ROOT = tmp_path / "evidence"
    return settings.EVIDENCE_ROOT


@pytest.fixture
def scene() -> make.Scene:
    return make.scene()


def start(scene: make.Scene, **fields: Any) -> Report:
    return drafts.start(
        **{
            "actor": scene.reporter,
            "kind": "flag",
            "form_key": f"draft-{Report.objects.count()}",
            "page": drafts.Page(
                step=1, violation_type=scene.type("plagiarism"), account=make.WORDS
            ),
            "submission": scene.submission,
            **fields,
        }
    )


def send(scene: make.Scene, draft: Report) -> Report:
    return intake.send_draft(
        actor=scene.reporter, draft_id=draft.public_id, good_faith=True, language="en"
    )


def add_file(scene: make.Scene, draft: Report, *names: str, key: str = "files") -> list[DraftFile]:
    content = {"png": make.told_picture(), "txt": b"words", "svg": b"<svg/>"}
    uploads = [make.upload(name, content[name.rpartition(".")[2]]) for name in names]
    return drafts.add_files(
        actor=scene.reporter, draft_id=draft.public_id, uploads=uploads, form_key=key
    )


def test_a_draft_is_kept_sealed_and_tells_nobody(scene: make.Scene) -> None:
    draft = start(scene)

    assert draft.status == ReportStatus.DRAFT
    assert draft.case is None
    assert draft.account == make.WORDS
    assert list(rules.own_reports(scene.reporter)) == [draft]
    assert not rules.own_reports(scene.learner).exists()
    for model in (Case, Event, OutboxMessage):
        assert not model.objects.exists()


def test_a_draft_of_ones_own_is_no_conflict_of_interest(scene: make.Scene) -> None:
    moderator = builders.moderator()
    start(scene, actor=moderator)

    case = make.send(scene).case

    assert not rules.in_conflict(moderator, case)


def test_answers_come_page_by_page_and_what_was_not_asked_stays(scene: make.Scene) -> None:
    draft = start(scene, kind="incident", submission=None)
    drafts.save(
        actor=scene.reporter,
        draft_id=draft.public_id,
        page=drafts.Page(
            step=2,
            course=scene.course,
            course_asked=True,
            visible_name="dark_wolf_77",
            quoted_text="Go home.",
        ),
    )
    saved = drafts.save(
        actor=scene.reporter,
        draft_id=draft.public_id,
        page=drafts.Page(step=3, links=["https://example.org/a", "https://example.org/a", ""]),
    )

    assert saved.account == make.WORDS
    assert saved.course == scene.course
    assert saved.visible_name == "dark_wolf_77"
    assert saved.links == ["https://example.org/a"]
    assert saved.draft_step == 3


def test_the_same_first_page_twenty_times_is_one_draft(scene: make.Scene) -> None:
    made = {start(scene, form_key="k").pk for _time in range(20)}

    assert len(made) == Report.objects.count() == 1
    with pytest.raises(Conflict):
        start(scene, form_key="k", actor=scene.learner)


def test_a_first_page_sent_again_later_changes_nothing_that_came_after(scene: make.Scene) -> None:
    draft = start(scene, form_key="k")
    page = drafts.Page(step=3, account="In other words.")
    drafts.save(actor=scene.reporter, draft_id=draft.public_id, page=page)

    assert start(scene, form_key="k").account == "In other words."
    send(scene, draft)
    sent = start(scene, form_key="k", page=drafts.Page(step=1, account="In other words."))
    assert sent.status == ReportStatus.SUBMITTED


def test_hostile_32_words_typed_into_a_used_page_are_kept_or_said_to_be_left_out(
    scene: make.Scene,
) -> None:
    draft = start(scene, form_key="k")
    page = drafts.Page(step=3, links=[])
    drafts.save(actor=scene.reporter, draft_id=draft.public_id, page=page)
    # Back in the browser, and other words on the page that was sent already.
    back = drafts.Page(step=1, account="I remember more now.")

    changed = start(scene, form_key="k", page=back)

    assert (changed.pk, changed.account) == (draft.pk, "I remember more now.")
    assert changed.draft_step == 3
    send(scene, draft)
    with pytest.raises(Conflict, match="sent already"):
        start(scene, form_key="k", page=drafts.Page(step=1, account="And even more."))
    draft.refresh_from_db()
    assert draft.account == "I remember more now."


def test_drafts_have_an_end(scene: make.Scene, monkeypatch: Any) -> None:
    monkeypatch.setattr(drafts, "MAX_DRAFTS", 2)
    start(scene)
    start(scene)

    with pytest.raises(Conflict, match="2 reports"):
        start(scene)
    start(scene, actor=scene.learner)


def test_every_draft_can_be_reached(scene: make.Scene) -> None:
    made = {start(scene).public_id for _number in range(12)}

    assert {draft.public_id for draft in my_reports(scene.reporter).drafts} == made


def test_wrong_answers_are_refused_and_the_old_ones_stay(scene: make.Scene, root: Path) -> None:
    draft = start(scene)
    page = drafts.Page(step=2, mode="loud", account="\x00", links=["nowhere"], visible_name="\x1b")

    with make.nothing_changes(root), pytest.raises(InvalidInput) as refusal:
        drafts.save(actor=scene.reporter, draft_id=draft.public_id, page=page)

    assert set(refusal.value.fields) == {"mode", "account", "links", "visible_name"}
    draft.refresh_from_db()
    assert draft.account == make.WORDS
    assert draft.draft_step == 1


def test_everybody_else_finds_no_draft(scene: make.Scene, root: Path) -> None:
    draft = start(scene)
    file = add_file(scene, draft, "a.txt")[0]
    for actor in (scene.learner, builders.officer(), builders.administrator()):
        key = {"actor": actor, "draft_id": draft.public_id}
        with make.nothing_changes(root):
            for act in (
                lambda key=key: drafts.save(**key, page=drafts.Page(step=2, account="x")),
                lambda key=key: drafts.add_files(
                    **key, uploads=[make.upload("b.txt", b"b")], form_key="z"
                ),
                lambda key=key: drafts.remove_file(**key, file_id=file.public_id),
                lambda key=key: drafts.throw_away(**key),
                lambda key=key: intake.send_draft(**key, good_faith=True, language="en"),
            ):
                with pytest.raises(NotFound):
                    act()


# Files


def test_files_are_checked_and_sealed_when_they_come(scene: make.Scene, root: Path) -> None:
    draft = start(scene)
    row = add_file(scene, draft, "chat.png")[0]

    assert store.read(row.original_path, purpose=store.ORIGINAL) == make.told_picture()
    copy = store.read(row.derivative_path, purpose=store.DERIVATIVE)
    assert make.CANARY.encode() not in copy
    assert len(make.files(root)) == 2
    assert evidence.orphans() == []


def test_the_same_form_brings_its_files_once_and_a_mended_one_its_new_ones(
    scene: make.Scene, root: Path
) -> None:
    draft = start(scene)
    for _time in range(20):
        add_file(scene, draft, "a.txt")
    assert draft.draft_files.count() == 1
    assert len(make.files(root)) == 2

    add_file(scene, draft, "a.txt", "b.png")
    assert draft.draft_files.count() == 2


def test_good_files_stay_when_others_are_refused(scene: make.Scene, root: Path) -> None:
    draft = start(scene)
    with pytest.raises(InvalidInput) as refusal:
        add_file(scene, draft, "a.txt", "bad.svg", "b.png")

    assert [str(m).split(":")[0] for m in refusal.value.fields["uploads"]] == ["bad.svg"]
    assert draft.draft_files.count() == 2
    assert len(make.files(root)) == 4


def test_a_report_has_room_for_so_many_files(
    scene: make.Scene, root: Path, monkeypatch: Any
) -> None:
    monkeypatch.setattr(drafts, "MAX_FILES", 2)
    draft = start(scene)
    add_file(scene, draft, "a.txt")
    with pytest.raises(InvalidInput, match="another look"):
        add_file(scene, draft, "b.png", "c.txt", key="more")

    assert draft.draft_files.count() == 2
    assert len(make.files(root)) == 4


def test_case_48_without_room_on_the_disk_nothing_is_left(
    scene: make.Scene, root: Path, monkeypatch: Any
) -> None:
    draft = start(scene)

    def full(content: bytes, *, purpose: str) -> str:
        raise StorageFull

    monkeypatch.setattr(store, "write", full)
    with make.nothing_changes(root), pytest.raises(StorageFull):
        add_file(scene, draft, "a.txt")


def test_a_row_that_cannot_be_written_leaves_no_file(
    scene: make.Scene, root: Path, monkeypatch: Any
) -> None:
    draft = start(scene)

    def broken(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(DraftFile, "save", broken)
    with make.nothing_changes(root), pytest.raises(RuntimeError):
        add_file(scene, draft, "a.txt")


def test_a_removed_file_leaves_the_disk_when_the_removal_is_sure(
    scene: make.Scene, root: Path
) -> None:
    draft = start(scene)
    row = add_file(scene, draft, "a.txt")[0]
    act = {"actor": scene.reporter, "draft_id": draft.public_id, "file_id": row.public_id}

    with make.nothing_changes(root), pytest.raises(LookupError), transaction.atomic():
        drafts.remove_file(**act)
        raise LookupError

    drafts.remove_file(**act)
    drafts.remove_file(**act)
    assert make.files(root) == []
    assert not DraftFile.objects.exists()


def test_a_draft_that_is_thrown_away_is_gone(scene: make.Scene, root: Path) -> None:
    draft = start(scene)
    add_file(scene, draft, "a.txt", "b.png")

    drafts.throw_away(actor=scene.reporter, draft_id=draft.public_id)

    assert not Report.objects.exists()
    assert make.files(root) == []


# Sending


def test_a_sent_draft_takes_its_files_into_the_case(scene: make.Scene, root: Path) -> None:
    draft = start(scene)
    row = add_file(scene, draft, "chat.png")[0]
    page = drafts.Page(step=2, descriptions={row.public_id: "The chat of last night"})
    drafts.save(actor=scene.reporter, draft_id=draft.public_id, page=page)
    before = sorted(make.files(root))

    sent = send(scene, draft)

    assert sent.pk == draft.pk
    assert sent.status == ReportStatus.SUBMITTED
    assert sorted(make.files(root)) == before
    assert not DraftFile.objects.exists()
    piece = sent.case.evidence.get(kind=EvidenceKind.FILE)
    assert piece.description == "The chat of last night"
    assert piece.files.get(role=FileRole.ORIGINAL).path == row.original_path
    assert bytes(piece.files.get(role=FileRole.ORIGINAL).name_sealed) == bytes(row.name_sealed)


def test_case_58_sending_twenty_times_is_once(scene: make.Scene, root: Path) -> None:
    draft = start(scene)
    first = send(scene, draft)

    with make.nothing_changes(root):
        for _time in range(20):
            assert send(scene, draft) == first


def test_what_is_missing_stops_the_sending_and_the_draft_stays(
    scene: make.Scene, root: Path
) -> None:
    draft = start(scene, kind="incident", submission=None, page=drafts.Page(step=1))
    with make.nothing_changes(root), pytest.raises(InvalidInput) as refusal:
        send(scene, draft)
    assert list(refusal.value.fields) == ["account"]

    draft = start(scene)
    with make.nothing_changes(root), pytest.raises(InvalidInput) as refusal:
        intake.send_draft(
            actor=scene.reporter, draft_id=draft.public_id, good_faith=False, language="en"
        )
    assert list(refusal.value.fields) == ["good_faith"]


def test_sending_that_breaks_leaves_the_draft_with_its_files(
    scene: make.Scene, root: Path, monkeypatch: Any
) -> None:
    draft = start(scene)
    add_file(scene, draft, "a.txt")

    def broken(*args: Any) -> None:
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(intake, "acknowledge", broken)
        with make.nothing_changes(root), pytest.raises(RuntimeError):
            send(scene, draft)

    assert send(scene, draft).case.evidence.filter(kind=EvidenceKind.FILE).count() == 1
    assert EvidenceFile.objects.count() == 2


def test_after_sending_nothing_can_be_changed(scene: make.Scene, root: Path) -> None:
    draft = start(scene)
    send(scene, draft)
    key = {"actor": scene.reporter, "draft_id": draft.public_id}

    with make.nothing_changes(root):
        with pytest.raises(NotFound):
            drafts.save(**key, page=drafts.Page(step=1, account="Other words"))
        with pytest.raises(NotFound):
            drafts.add_files(**key, uploads=[make.upload("a.txt", b"a")], form_key="k")
        with pytest.raises(NotFound):
            drafts.throw_away(**key)


def test_two_drafts_about_the_same_work_become_one_case(scene: make.Scene) -> None:
    other = base.person("Somebody Else")
    first, second = start(scene), start(scene, actor=other)

    one = send(scene, first)
    two = intake.send_draft(actor=other, draft_id=second.public_id, good_faith=True, language="en")

    assert one.case == two.case
