"""What a learner has begun and not sent: kept sealed, for two writers, and for nobody else."""

from __future__ import annotations

import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cases.enums import FileRole, ScanState
from cases.evidence import store
from cases.models import (
    AdviserAccess,
    AnswerDraft,
    AnswerDraftFile,
    Appeal,
    Case,
    Evidence,
    Notice,
    Response,
)
from cases.services import (
    adviser,
    answer_drafts,
    appeal,
    deadlines,
    determination,
    evidence,
    notice,
    response,
    triage,
)
from cases.services.answer_drafts import Kept, Kind, Overlap, mark
from integrity.audit.models import Event
from integrity.core import clock
from integrity.core.errors import (
    Conflict,
    IllegalTransition,
    InvalidInput,
    NotFound,
    Stale,
    WindowClosed,
)
from tests.cases import builders as build
from tests.cases import intake_builders as files_of
from tests.cases.test_process import World
from tests.courses import builders as make

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def root(settings: Any, tmp_path: Path) -> Path:
    settings.EVIDENCE_ROOT = tmp_path / "evidence"
    return settings.EVIDENCE_ROOT


@pytest.fixture
def world() -> World:
    return World().notified()


def decided() -> World:
    world = World()
    world.found()
    world.confirm(world.propose(["assignment_failed"]).digest)
    return world


def text_name(world: World) -> str:
    return f"text-{world.respondent.allegations.get().public_id}"


def stance_name(world: World) -> str:
    return f"stance-{world.respondent.allegations.get().public_id}"


def save(world: World, kept: Kept | None = None, **options: Any) -> Kept:
    """Save as a page does that was opened on `kept`; fields as keywords `statement=`..."""
    kept = kept or Kept()
    kind = options.pop("kind", Kind.ANSWER)
    actor = options.pop("actor", world.learner)
    fields = options.pop("fields", {}) | options
    nothing: Any = {"grounds": []}
    shown = {name: kept.fields.get(name, nothing.get(name, "")) for name in fields}
    return answer_drafts.save(
        actor=actor,
        respondent_id=world.rid,
        kind=kind,
        fields=fields,
        revision=kept.revision,
        seen={name: mark(value) for name, value in shown.items()},
    )


def add(world: World, name: str = "notes.txt", content: bytes = b"Week two.", **more: Any) -> Any:
    return answer_drafts.add_files(
        **{
            "actor": world.learner,
            "respondent_id": world.rid,
            "uploads": [files_of.upload(name, content)],
            "form_key": uuid.uuid4().hex,
            **more,
        }
    )


def send(world: World, **options: Any) -> Response:
    return response.submit(
        **{
            "actor": world.learner,
            "respondent_id": world.rid,
            "points": world.points(),
            "form_key": uuid.uuid4().hex,
            **options,
        }
    )


def lodge(world: World, **options: Any) -> Appeal:
    return appeal.lodge(
        **{
            "actor": world.learner,
            "respondent_id": world.rid,
            "grounds": ["new_evidence"],
            "text": "I have found my notes.",
            "form_key": uuid.uuid4().hex,
            **options,
        }
    )


def files(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


# Keeping words


def test_half_an_answer_is_kept_and_comes_back(world: World) -> None:
    save(world, statement="It was", fields={stance_name(world): "explain"})
    kept = answer_drafts.read(world.respondent, Kind.ANSWER)
    assert kept.fields == {"statement": "It was", stance_name(world): "explain"}
    assert (kept.revision, kept.saved_by) == (1, world.learner)
    again = save(world, kept, statement="It was late.")
    assert again.revision == 2
    assert again.fields["statement"] == "It was late."
    assert AnswerDraft.objects.count() == 1


def test_keeping_is_no_event_and_makes_no_form_of_the_desk_stale(world: World) -> None:
    events, revision = Event.objects.count(), Case.objects.get().revision
    save(world, statement="It was")
    add(world)
    answer_drafts.throw_away(actor=world.learner, respondent_id=world.rid, kind=Kind.ANSWER)
    assert Event.objects.count() == events
    assert Case.objects.get().revision == revision


def test_nothing_typed_makes_no_draft_and_the_same_again_no_revision(world: World) -> None:
    assert not save(world, statement="  ", mitigation="")
    assert not AnswerDraft.objects.exists()
    kept = save(world, statement="Once.")
    assert save(world, kept, statement="Once.").revision == kept.revision


def test_words_are_cleaned_and_bounded_like_those_that_are_sent(world: World) -> None:
    assert save(world, statement=" a\r\nb\u202e ").fields["statement"] == "a\nb"
    for wrong in ({"statement": "x" * 10_001}, {"mitigation": "\x00"}, {stance_name(world): "no"}):
        with pytest.raises(InvalidInput) as refused:
            save(world, fields=wrong)
        assert list(refused.value.fields) == list(wrong)
    for unknown in ({"reasons": "x"}, {f"text-{uuid.uuid4()}": "x"}, {"grounds": ["x"]}):
        with pytest.raises(NotFound):
            save(world, fields=unknown)


def test_what_was_begun_for_an_earlier_letter_goes_on_with_the_next_one(world: World) -> None:
    first = save(world, statement="Begun.")
    # Dismissed, taken up again, and asked again.
    Case.objects.update(status="investigation")
    world.respondent.case.respondents.update(status="investigation")
    with clock.frozen(clock.now() + timedelta(minutes=5)):
        notice.send(
            actor=world.moderator,
            number=world.number,
            respondent_id=world.rid,
            questions="One more thing.",
            revision=None,
        )
        assert answer_drafts.read(world.respondent, Kind.ANSWER).fields == first.fields
        save(world, first, statement="Begun, and gone on.")
    row = AnswerDraft.objects.get()
    assert row.notice == Notice.objects.order_by("-sent_at").first()


# Two writers


def test_two_windows_that_changed_different_fields_are_joined(world: World) -> None:
    opened = save(world, statement="One.", mitigation="Two.")
    save(world, opened, statement="One, from the phone.", mitigation="Two.")
    joined = save(world, opened, statement="One.", mitigation="Two, from the desk.")
    assert joined.fields == {
        "statement": "One, from the phone.",
        "mitigation": "Two, from the desk.",
    }


def test_the_same_words_changed_twice_are_refused_with_both_and_nothing_is_lost(
    world: World,
) -> None:
    helper = build.adviser(world.respondent, may_write=True).adviser
    opened = save(world, statement="One.")
    save(world, opened, actor=helper, statement="One, said better.", mitigation="They were ill.")
    with pytest.raises(Overlap) as stale:
        save(world, opened, statement="One, and two.", mitigation="")
    assert isinstance(stale.value, Stale)
    assert stale.value.names == ("statement",)
    assert stale.value.kept.fields == {
        "statement": "One, said better.",
        "mitigation": "They were ill.",
    }
    assert stale.value.kept.saved_by == helper
    stored = answer_drafts.read(world.respondent, Kind.ANSWER)
    assert stored.fields["statement"] == "One, said better."
    # Having seen it, the learner saves on top of it.
    over = save(world, stale.value.kept, statement="One, said better, and two.")
    assert over.fields["statement"] == "One, said better, and two."


def test_a_first_save_in_two_windows_loses_nothing_either(world: World) -> None:
    save(world, statement="From the phone.")
    with pytest.raises(Overlap):
        save(world, statement="From the desk.")
    assert save(world, mitigation="Ill.").fields["statement"] == "From the phone."


def test_an_adviser_writes_only_when_they_may_and_never_after(world: World) -> None:
    access = build.adviser(world.respondent)
    helper = access.adviser
    with pytest.raises(NotFound):
        save(world, actor=helper, statement="Let me.")
    with pytest.raises(NotFound):
        add(world, actor=helper)
    everything = adviser.Scope(may_write=True)
    adviser.change(
        actor=world.learner, number=world.number, access_id=access.public_id, scope=everything
    )
    kept = save(world, actor=helper, statement="Let me.")
    assert kept.saved_by == helper
    adviser.revoke(actor=world.learner, number=world.number, access_id=access.public_id)
    with pytest.raises(NotFound):
        save(world, kept, actor=helper, statement="Once more.")


def test_an_adviser_never_sends_and_never_throws_away(world: World) -> None:
    helper = build.adviser(world.respondent, may_write=True).adviser
    save(world, statement="Theirs.")
    with pytest.raises(NotFound):
        send(world, actor=helper)
    with pytest.raises(NotFound):
        answer_drafts.throw_away(actor=helper, respondent_id=world.rid, kind=Kind.ANSWER)
    assert AnswerDraft.objects.exists()


def test_nobody_else_writes(world: World) -> None:
    for user in (world.moderator, world.officer, build.auditor(), make.person("Stranger")):
        with pytest.raises(NotFound):
            save(world, actor=user, statement="x")
        with pytest.raises(NotFound):
            add(world, actor=user)
        with pytest.raises(NotFound):
            answer_drafts.remove_file(actor=user, respondent_id=world.rid, file_id=uuid.uuid4())


# Sending


def test_sending_ends_the_draft_and_takes_its_files_along(world: World, root: Path) -> None:
    save(world, statement="Ask the library.")
    (file,) = add(world)
    name = bytes(file.name_sealed)
    send(world, statement="Ask the library.")
    assert not AnswerDraft.objects.exists()
    assert not AnswerDraftFile.objects.exists()
    piece = Evidence.objects.get(respondent=world.respondent)
    original = piece.files.get(role=FileRole.ORIGINAL)
    assert original.path == file.original_path
    assert bytes(original.name_sealed) == name
    assert store.read(original.path, purpose=store.ORIGINAL) == b"Week two."
    event = Event.objects.get(action="response.submitted")
    assert event.data["files"] == 1
    assert not evidence.orphans(older_than=timedelta(0))


def test_a_sending_that_fails_keeps_the_draft(world: World, root: Path) -> None:
    save(world, statement="Kept.")
    add(world)
    with pytest.raises(InvalidInput):
        send(world, points=world.points(text=""))
    kept = answer_drafts.read(world.respondent, Kind.ANSWER)
    assert kept.fields["statement"] == "Kept."
    assert len(kept.files) == 1
    assert not Evidence.objects.filter(respondent=world.respondent).exists()


def test_what_was_added_after_the_check_is_not_sent_unseen(world: World) -> None:
    helper = build.adviser(world.respondent, may_write=True).adviser
    checked = save(world, statement="Mine.")
    save(world, checked, actor=helper, mitigation="Theirs.")
    with pytest.raises(Stale):
        send(world, statement="Mine.", revision=checked.revision)
    now = answer_drafts.read(world.respondent, Kind.ANSWER)
    add(world, actor=helper)
    with pytest.raises(Stale):
        send(world, statement="Mine.", mitigation="Theirs.", revision=now.revision)
    now = answer_drafts.read(world.respondent, Kind.ANSWER)
    send(world, statement="Mine.", mitigation="Theirs.", revision=now.revision)


def test_nothing_is_kept_after_sending(world: World) -> None:
    send(world)
    with pytest.raises(Conflict):
        save(world, statement="One more thing.")
    with pytest.raises(Conflict):
        add(world)
    assert not AnswerDraft.objects.exists()


def test_each_point_and_each_circumstance_asks_for_its_own_answer(world: World) -> None:
    """Files aside, what was kept and sent is answered one for one (PR2, PR4)."""
    kept = save(world, statement="Ask the library.", mitigation="I was ill.")
    send(world, mitigation="I was ill.", statement="Ask the library.", revision=kept.revision)
    points = list(determination.points_to_answer(world.respondent))
    assert [point.text for point in points] == ["From my notes.", "I was ill.", "Ask the library."]
    answered = {str(point.public_id): "Looked at." for point in points}
    for left_out in answered:
        some = {key: text for key, text in answered.items() if key != left_out}
        with pytest.raises((InvalidInput, IllegalTransition)):
            determination.record_findings(
                actor=world.moderator,
                number=world.number,
                respondent_id=world.rid,
                findings=world.findings(),
                reasons_finding="The sentences are the article's.",
                answers=some,
            )


# Files


def test_files_are_bounded_once_each_and_removed_from_the_disk(
    world: World, root: Path, django_capture_on_commit_callbacks: Any
) -> None:
    (file,) = add(world, form_key="one")
    assert add(world, form_key="one") == []
    assert len(files(root)) == 2
    with django_capture_on_commit_callbacks(execute=True):
        answer_drafts.remove_file(
            actor=world.learner, respondent_id=world.rid, file_id=file.public_id
        )
    assert files(root) == []
    for number in range(10):
        add(world, content=b"%d" % number)
    with pytest.raises(InvalidInput) as refused:
        add(world, content=b"one too many")
    assert list(refused.value.fields) == ["uploads"]
    assert AnswerDraftFile.objects.count() == 10


def test_a_refused_file_keeps_the_good_ones(world: World, root: Path) -> None:
    uploads = [files_of.upload("good.txt", b"good"), files_of.upload("bad.exe", b"MZ\x90\x00")]
    with pytest.raises(InvalidInput):
        add(world, uploads=uploads)
    (file,) = AnswerDraftFile.objects.all()
    assert answer_drafts.name_of(file) == "good.txt"
    assert len(files(root)) == 2


def test_an_adviser_takes_out_only_what_they_added(world: World) -> None:
    helper = build.adviser(world.respondent, may_write=True).adviser
    (mine,) = add(world)
    (theirs,) = add(world, actor=helper, content=b"theirs")
    with pytest.raises(NotFound):
        answer_drafts.remove_file(actor=helper, respondent_id=world.rid, file_id=mine.public_id)
    answer_drafts.remove_file(actor=helper, respondent_id=world.rid, file_id=theirs.public_id)
    assert list(AnswerDraftFile.objects.all()) == [mine]
    answer_drafts.remove_file(actor=world.learner, respondent_id=world.rid, file_id=mine.public_id)
    assert not AnswerDraftFile.objects.exists()


def test_the_sweep_of_orphans_leaves_the_files_of_drafts(world: World, root: Path) -> None:
    add(world)
    stray = store.write(b"stray", purpose=store.ORIGINAL)
    assert evidence.orphans(older_than=timedelta(0)) == [stray]


def test_held_files_are_looked_at_later_and_stay_held_as_evidence(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cases.evidence import scanner
    from cases.services import scanning

    add(world)
    AnswerDraftFile.objects.update(scan=ScanState.HELD)
    monkeypatch.setattr(scanner, "set_up", lambda: True)
    monkeypatch.setattr(scanner, "ask", lambda _content: ScanState.INFECTED)
    assert scanning.run()["infected"] == 1
    assert AnswerDraftFile.objects.get().scan == ScanState.INFECTED
    send(world)
    piece = Evidence.objects.get(respondent=world.respondent)
    assert set(piece.files.values_list("scan", flat=True)) == {ScanState.INFECTED}


def test_an_appeal_has_no_files(root: Path) -> None:
    world = decided()
    save(world, kind=Kind.APPEAL, text="Wait.", fields={"grounds": ["procedure"]})
    with pytest.raises((Conflict, IllegalTransition)):
        add(world)
    assert not AnswerDraftFile.objects.exists()


# Appeals


def test_an_appeal_is_kept_too_and_ends_when_it_is_lodged() -> None:
    world = decided()
    kept = save(
        world, kind=Kind.APPEAL, text="Wait.", fields={"grounds": ["procedure", "new_evidence"]}
    )
    assert kept.fields == {"text": "Wait.", "grounds": ["new_evidence", "procedure"]}
    with pytest.raises(InvalidInput):
        save(world, kept, kind=Kind.APPEAL, fields={"grounds": ["because"]})
    save(world, kept, kind=Kind.APPEAL, text="Wait, there is more.")
    with pytest.raises(Stale):
        lodge(world, text="Wait.", revision=kept.revision)
    lodge(world, text="Wait, there is more.", revision=kept.revision + 1)
    assert not AnswerDraft.objects.exists()
    with pytest.raises(Conflict):
        save(world, kind=Kind.APPEAL, text="And more.")


@pytest.mark.parametrize("after", [-SECOND, timedelta(0), SECOND - timedelta(microseconds=1)])
def test_hostile_82_an_appeal_is_taken_until_the_last_second(after: timedelta) -> None:
    world = decided()
    with clock.frozen(world.respondent.determinations.get().appeal_until + after):
        save(world, kind=Kind.APPEAL, text="In time.")
        assert lodge(world).lodged_at == clock.now()


@pytest.mark.parametrize("after", [SECOND, SECOND * 2, timedelta(hours=1)])
def test_hostile_82_and_not_a_second_later_whatever_the_page_said(after: timedelta) -> None:
    world = decided()
    kept = save(world, kind=Kind.APPEAL, text="In time.")
    with clock.frozen(world.respondent.determinations.get().appeal_until + after):
        with pytest.raises(WindowClosed):
            save(world, kept, kind=Kind.APPEAL, text="Too late.")
        with pytest.raises(WindowClosed):
            lodge(world, revision=kept.revision)
        assert answer_drafts.read(world.respondent, Kind.APPEAL).fields == {"text": "In time."}
    assert not Appeal.objects.exists()


@pytest.mark.parametrize(("after", "open"), [(timedelta(0), True), (SECOND, False)])
def test_hostile_82_a_draft_of_an_answer_is_kept_until_the_last_second(
    world: World, after: timedelta, open: bool
) -> None:
    world.delivered()
    due = world.respondent.notices.get().due_at
    kept = save(world, statement="In time.")
    with clock.frozen(due + after):
        if open:
            save(world, kept, statement="In time, still.")
        else:
            with pytest.raises(WindowClosed):
                save(world, kept, statement="Too late.")
            with pytest.raises(WindowClosed):
                add(world)


def test_every_ground_of_the_policy_can_be_chosen_alone() -> None:
    from cases.governing import texts

    world = decided()
    grounds = texts(world.respondent.case).terms.grounds
    assert len(grounds) > 1
    kept = Kept()
    for code, _title in grounds:
        kept = save(world, kept, kind=Kind.APPEAL, fields={"grounds": [code]})
        assert kept.fields["grounds"] == [code]
    assert lodge(world, grounds=[grounds[-1][0]]).grounds == [grounds[-1][0]]


# The end


def run(at: Any) -> int:
    return deadlines.run(at)["answers_forgotten"]


def test_a_draft_of_a_dismissed_case_is_forgotten_after_thirty_days(
    world: World, root: Path, django_capture_on_commit_callbacks: Any
) -> None:
    save(world, statement="Begun.")
    add(world)
    given = set(files(root))
    due = world.respondent.notices.get().due_at
    with clock.frozen(due):
        triage.dismiss(actor=world.moderator, number=world.number, reason="not_enough")
    with django_capture_on_commit_callbacks(execute=True):
        assert run(due + timedelta(days=30)) == 0
    assert set(files(root)) == given
    with django_capture_on_commit_callbacks(execute=True):
        assert run(due + timedelta(days=30) + SECOND) == 1
    assert not AnswerDraft.objects.exists()
    assert files(root) == []


def test_a_draft_that_is_still_waited_for_stays_whatever_time_has_passed(world: World) -> None:
    save(world, statement="Begun.")
    assert run(clock.now() + timedelta(days=400)) == 0
    assert AnswerDraft.objects.exists()


def test_a_draft_of_a_case_that_went_on_without_an_answer_is_forgotten(world: World) -> None:
    save(world, statement="Begun.")
    late = world.respondent.notices.get().due_at + timedelta(days=5)
    Case.objects.get().respondents.update(status="review", status_since=late)
    assert run(late + timedelta(days=30)) == 0
    assert run(late + timedelta(days=30) + SECOND) == 1


def test_a_draft_of_an_appeal_is_forgotten_thirty_days_after_the_window() -> None:
    world = decided()
    save(world, kind=Kind.APPEAL, text="Begun.")
    until = world.respondent.determinations.get().appeal_until
    assert run(until + SECOND) == 0
    # Closing the case is a step of its own, from which thirty days are counted.
    closed = until + SECOND
    assert answer_drafts.read(world.respondent, Kind.APPEAL)
    assert run(closed + timedelta(days=30)) == 0
    assert run(closed + timedelta(days=30) + SECOND) == 1
    assert not AnswerDraft.objects.exists()


def test_taking_part_back_is_known_at_the_next_save_even_while_it_runs(world: World) -> None:
    access = build.adviser(world.respondent, may_write=True)
    AdviserAccess.objects.filter(pk=access.pk).update(may_write=False)
    with pytest.raises(NotFound):
        save(world, actor=access.adviser, statement="x")
