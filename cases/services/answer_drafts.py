"""Answers and appeals that are not sent yet: kept sealed, on any device, until they are (PR2, AP1).

A draft is nobody's business but the respondent's, and an adviser's whom they let write: it is no
part of the case, no event tells of it, and the desk does not learn that there is one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from cases import answerable, rules
from cases.enums import CaseStatus, DeterminationStatus, Stance
from cases.evidence import FileRefused, Incoming
from cases.evidence.errors import FIELD, Busy
from cases.evidence.incoming import (
    MAX_FILES,
    NAME_PURPOSE,
    StoredFile,
    discard,
    incoming,
    keep,
    prepare,
    refused,
)
from cases.governing import texts
from cases.models import (
    AnswerDraft,
    AnswerDraftFile,
    Appeal,
    Case,
    Determination,
    Notice,
    Respondent,
    Response,
)
from cases.models.answering import DRAFT_PURPOSE
from cases.services import clean
from cases.services.clean import Problems
from cases.services.intake import stored_file
from cases.windows import window
from integrity.accounts.models import User
from integrity.audit import services as audit
from integrity.core import clock, crypto
from integrity.core.errors import (
    Conflict,
    IllegalTransition,
    InvalidInput,
    NotFound,
    Stale,
    Text,
    WindowClosed,
)

Value = str | list[str]
Fields = Mapping[str, Value]

LENGTH = 10_000
# What cannot be sent any more stays readable so long after the last step of the case.
FORGOTTEN_AFTER = timedelta(days=30)
_LAST_SECOND = timedelta(seconds=1)


class Kind(StrEnum):
    """What will be sent."""

    ANSWER = "answer"
    APPEAL = "appeal"


@dataclass(frozen=True)
class Kept:
    """A draft as whoever writes on it reads it. Nothing kept yet is revision 0."""

    fields: dict[str, Value] = field(default_factory=dict, repr=False)
    revision: int = 0
    saved_at: datetime | None = None
    saved_by: User | None = None
    files: Sequence[AnswerDraftFile] = ()

    def __bool__(self) -> bool:
        return bool(self.files) or any(self.fields.values())


class Overlap(Stale):
    """The same words were changed by two people, or in two windows. Nothing was saved.

    `kept` is what is stored now; `joined` the same with everything of the refused saving that is in
    nobody's way; `names` the fields in which both differ.
    """

    def __init__(self, kept: Kept, joined: Fields, names: Sequence[str]) -> None:
        self.kept, self.joined, self.names = kept, joined, tuple(names)
        super().__init__()


def mark(value: Value) -> str:
    """A short fingerprint of a field as it was shown, by which a change is known."""
    said = sorted(value) if isinstance(value, list) else value
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:16]


# Reading


def read(respondent: Respondent, kind: Kind) -> Kept:
    """What is kept, of a respondent the caller may write for (`rules.writes_for`).

    Also after the time has passed, until it is forgotten. Two queries.
    """
    row = _rows(respondent, kind).select_related("saved_by").first()
    return _kept(row) if row is not None else Kept()


def begun(respondent: Respondent, kind: Kind) -> datetime | None:
    """When a draft was saved last; None where there is none. One query."""
    return _rows(respondent, kind).values_list("saved_at", flat=True).first()


def name_of(file: AnswerDraftFile) -> str:
    """What the file was called by whoever added it: for those who write on the draft only."""
    return crypto.unseal(file.name_sealed, purpose=NAME_PURPOSE)


def _rows(respondent: Respondent, kind: Kind) -> QuerySet[AnswerDraft]:
    if kind == Kind.ANSWER:
        # What was begun for an earlier letter goes on with the newest one.
        rows = AnswerDraft.objects.filter(notice__respondent=respondent)
        return rows.order_by("-notice__sent_at", "-pk")
    return AnswerDraft.objects.filter(
        determination__respondent=respondent, determination__status=DeterminationStatus.ISSUED
    )


def _kept(row: AnswerDraft) -> Kept:
    return Kept(
        fields=json.loads(crypto.unseal(row.content_sealed, purpose=DRAFT_PURPOSE)),
        revision=row.revision,
        saved_at=row.saved_at,
        saved_by=row.saved_by,
        files=list(row.files.select_related("added_by")),
    )


# Keeping words


def save(
    *,
    actor: User,
    respondent_id: UUID | str,
    kind: Kind,
    fields: Fields,
    revision: int,
    seen: Mapping[str, str] | None = None,
) -> Kept:
    """Keep what was typed so far. Nothing has to be complete; empty fields alone make no draft.

    `revision` and `seen` (the `mark` of each field) say on which state the page was opened. Of an
    older one, fields that only one side changed are joined; where both did it is an `Overlap`, and
    nothing is saved. Raises `WindowClosed` after the window's last second, `Conflict` once it was
    sent, `InvalidInput` at the fields, `NotFound` for whoever may not write.
    """
    with _locked(actor, respondent_id) as respondent:
        target = _open(respondent, kind)
        cleaned = _clean(respondent, kind, fields)
        row = _rows(respondent, kind).select_related("saved_by").first()
        kept = _kept(row) if row is not None else Kept()
        joined: dict[str, Value] = {**kept.fields, **cleaned}
        overlap: list[str] = []
        if row is not None and row.revision != revision:
            joined, overlap = join(kept.fields, cleaned, seen or {})
        if overlap:
            raise Overlap(kept, joined, overlap)
        if row is None:
            if not any(cleaned.values()):
                return Kept()
            row = _new(actor, target)
        elif joined == kept.fields:
            return kept
        else:
            row.revision += 1
        _write(row, actor, target, joined)
        return _kept(row)


def join(
    theirs: Fields, mine: Fields, seen: Mapping[str, str]
) -> tuple[dict[str, Value], list[str]]:
    """Both together, and the fields in which both changed what was shown: there `theirs` stands."""
    joined = dict(theirs)
    overlap: list[str] = []
    for name, value in mine.items():
        stored = theirs.get(name, [] if isinstance(value, list) else "")
        if mark(stored) == mark(value) or mark(value) == seen.get(name):
            continue
        if mark(stored) != seen.get(name):
            overlap.append(name)
            continue
        joined[name] = value
    return joined, overlap


def _new(actor: User, target: Notice | Determination) -> AnswerDraft:
    row = AnswerDraft(revision=1, saved_by=actor)
    if isinstance(target, Notice):
        row.notice = target
    else:
        row.determination = target
    return row


def _write(row: AnswerDraft, actor: User, target: Notice | Determination, fields: Fields) -> None:
    if isinstance(target, Notice):
        row.notice = target
    row.content_sealed = crypto.seal(json.dumps(fields), purpose=DRAFT_PURPOSE)
    row.saved_at = clock.now()
    row.saved_by = actor
    clean.save(row)


def _clean(respondent: Respondent, kind: Kind, fields: Fields) -> dict[str, Value]:
    known = _known(respondent, kind)
    if set(fields) - set(known):
        raise NotFound
    problems = Problems()
    cleaned: dict[str, Value] = {}
    for name, value in fields.items():
        choices = known[name]
        if isinstance(value, list) != (name == "grounds"):
            raise NotFound
        if isinstance(value, list):
            cleaned[name] = sorted(set(value))
        elif choices is None:
            cleaned[name] = problems.text(name, value, max_length=LENGTH)
        else:
            cleaned[name] = value
        given = {value} if isinstance(value, str) else set(value)
        if choices is not None and given - {"", *choices}:
            problems.add(name, _("Select a valid choice."))
    problems.stop()
    return cleaned


def _known(respondent: Respondent, kind: Kind) -> dict[str, set[str] | None]:
    """The fields there are, each with its choices; None for words."""
    if kind == Kind.APPEAL:
        grounds = {code for code, _title in texts(respondent.case).terms.grounds}
        return {"grounds": grounds, "text": None}
    known: dict[str, set[str] | None] = {"mitigation": None, "statement": None}
    for key in respondent.allegations.values_list("public_id", flat=True):
        known[f"stance-{key}"] = set(Stance.values)
        known[f"text-{key}"] = None
    return known


# Who, and until when


@contextmanager
def _locked(actor: User, respondent_id: UUID | str) -> Iterator[Respondent]:
    """The respondent, with the case locked: saving, sending and taking an adviser's right back come
    one after the other. No event is written, and no form of the desk becomes stale."""
    found = rules.writes_for(actor).filter(public_id=respondent_id).first()
    if found is None:
        raise NotFound
    with audit.transaction():
        Case.objects.select_for_update().get(pk=found.case_id)
        yield _allowed(actor, found)


def _allowed(actor: User, found: Respondent) -> Respondent:
    # Asked after the lock: what was taken back a moment ago counts.
    if not rules.writes_for(actor).filter(pk=found.pk).exists():
        raise NotFound
    return Respondent.objects.select_related("case", "user").get(pk=found.pk)


def _open(respondent: Respondent, kind: Kind) -> Notice | Determination:
    """What is answered. Raises `Conflict`, `IllegalTransition` or `WindowClosed` when it is not."""
    if kind == Kind.ANSWER:
        notice = respondent.notices.first()
        if notice is None:
            raise NotFound
        if Response.objects.filter(notice=notice).exists():
            raise Conflict(_("You have answered this letter already."))
        if respondent.status != CaseStatus.NOTIFIED and answerable.settled(respondent) is None:
            raise IllegalTransition
        if not window(respondent.case, notice).open:
            raise WindowClosed(_("The time to answer has passed. Please contact us."))
        return notice
    issued = respondent.determinations.filter(status=DeterminationStatus.ISSUED).first()
    if issued is not None and Appeal.objects.filter(determination=issued).exists():
        raise Conflict(_("You have appealed against this decision already."))
    if issued is None or issued.appeal_until is None or respondent.status != CaseStatus.DECIDED:
        raise IllegalTransition(_("There is nothing to appeal against."))
    if clock.now() >= issued.appeal_until + _LAST_SECOND:
        raise WindowClosed(_("The time to appeal has passed. Please contact us."))
    return issued


# Files


def add_files(
    *,
    actor: User,
    respondent_id: UUID | str,
    uploads: Sequence[Incoming | UploadedFile],
    form_key: str,
) -> list[AnswerDraftFile]:
    """Check, copy and seal files and keep them with the draft of an answer, at most `MAX_FILES`.

    The same form again adds none. Good files stay when others are refused: a browser cannot send
    them again by itself. Raises `InvalidInput` at `uploads` after keeping the good ones,
    `StorageFull`, and what `save` raises.
    """
    files = incoming(uploads)
    found = rules.writes_for(actor).filter(public_id=respondent_id).first()
    if found is None:
        raise NotFound
    # Before anything is opened: strangers, and what comes too late, are not worth the work.
    _open(found, Kind.ANSWER)
    here = {file.form_key for file in read(found, Kind.ANSWER).files}
    room = MAX_FILES - len(here)
    refusals: list[Text] = []
    kept: list[AnswerDraftFile] = []
    busy: Busy | None = None
    for file in files:
        # The content is part of the key: a page that is shown again carries the same token.
        key = f"{form_key[:40]}:{file.sha256[:32]}"
        if key in here:
            continue
        if room <= 0:
            refusals.append(_("An answer can have at most %(count)s files.") % {"count": MAX_FILES})
            break
        try:
            if busy is not None:
                raise busy
            stored = keep(file, *prepare(file))
        except FileRefused as refusal:
            busy = refusal if isinstance(refusal, Busy) else busy
            refusals.append(refused(file, refusal))
            continue
        row = _keep_file(actor, found, stored, key)
        here.add(key)
        if row is not None:
            kept.append(row)
            room -= 1
    if refusals:
        raise InvalidInput({FIELD: refusals})
    return kept


def _keep_file(
    actor: User, found: Respondent, stored: StoredFile, key: str
) -> AnswerDraftFile | None:
    """The row of a stored file; None, and no file, when another request was first."""
    try:
        with _locked(actor, found.public_id) as respondent:
            target = _open(respondent, Kind.ANSWER)
            row = _rows(respondent, Kind.ANSWER).first()
            if row is None:
                row = _new(actor, target)
                _write(row, actor, target, {})
            elif row.files.count() >= MAX_FILES:
                discard([stored])
                return None
            else:
                _touch(row, actor)
            file = AnswerDraftFile(
                draft=row,
                added_by=actor,
                **stored.columns,
                created_at=clock.now(),
                form_key=key,
            )
            clean.save(file)
            return file
    except IntegrityError:
        discard([stored])
        return None
    except BaseException:
        discard([stored])
        raise


def _touch(row: AnswerDraft, actor: User) -> None:
    """Files are part of what is sent: whoever checked it before looks again."""
    row.revision += 1
    row.saved_at = clock.now()
    row.saved_by = actor
    row.save(update_fields=["revision", "saved_at", "saved_by"])


def remove_file(*, actor: User, respondent_id: UUID | str, file_id: UUID) -> None:
    """Take a file out of the draft and off the disk. One that is gone already is fine.

    An adviser takes out what they added; another file is `NotFound` for them.
    """
    with _locked(actor, respondent_id) as respondent:
        _open(respondent, Kind.ANSWER)
        row = _rows(respondent, Kind.ANSWER).first()
        files = list(row.files.filter(public_id=file_id)) if row is not None else []
        if row is None or not files:
            return
        if not _is_theirs(actor, respondent) and files[0].added_by_id != actor.pk:
            raise NotFound
        _forget(files)
        _touch(row, actor)


def throw_away(*, actor: User, respondent_id: UUID | str, kind: Kind) -> None:
    """Delete the draft with its words and files, by the respondent. Nothing of it is kept.

    Also after the time has passed. `NotFound` for an adviser.
    """
    with _locked(actor, respondent_id) as respondent:
        if not _is_theirs(actor, respondent):
            raise NotFound
        for row in _rows(respondent, kind):
            _delete(row)


def _is_theirs(actor: User, respondent: Respondent) -> bool:
    return rules.respondent_cases(actor).filter(pk=respondent.pk).exists()


def _delete(row: AnswerDraft) -> None:
    _forget(list(row.files.all()))
    row.delete()


def _forget(rows: Sequence[AnswerDraftFile]) -> None:
    files = [stored_file(row) for row in rows]
    for row in rows:
        row.delete()
    # Off the disk only when the rows are gone for good.
    transaction.on_commit(partial(discard, files))


# Sending, and the end


def taken_along(respondent: Respondent, kind: Kind, *, revision: int | None) -> list[StoredFile]:
    """End the draft because it is sent, inside the transaction of the sending; returns its files.

    `revision` is the one that was checked before sending. Raises `Stale` when words or files were
    added since; None asks for no check, of a program that knows of no draft.
    """
    rows = list(_rows(respondent, kind))
    if rows and revision is not None and rows[0].revision != revision:
        raise Stale(_("Something was added after you checked it. Look at it again, then send it."))
    # The files stay where they are; only the rows that name them change.
    stored = [stored_file(file) for row in rows for file in row.files.all()]
    for row in rows:
        row.delete()
    return stored


def forget_ended() -> int:
    """Delete drafts that cannot be sent any more, `FORGOTTEN_AFTER` after the last step of the
    case, the end of the window and the last saving; returns how many.

    A draft of an answer that is still waited for stays, whatever time has passed.
    """
    gone = 0
    for pk, answered, decided in list(
        _ended().values_list("pk", "notice__respondent__case", "determination__respondent__case")[
            :500
        ]
    ):
        with audit.transaction():
            Case.objects.select_for_update().get(pk=answered or decided)
            row = _ended().filter(pk=pk).first()
            if row is not None:
                _delete(row)
                gone += 1
    return gone


def _ended() -> QuerySet[AnswerDraft]:
    before = clock.now() - FORGOTTEN_AFTER
    answers = Q(notice__respondent__status_since__lt=before, notice__due_at__lt=before) & ~Q(
        notice__respondent__status=CaseStatus.NOTIFIED
    )
    appeals = Q(determination__respondent__status_since__lt=before) & (
        Q(determination__appeal_until__lt=before)
        | ~Q(determination__status=DeterminationStatus.ISSUED)
    )
    return AnswerDraft.objects.filter(answers | appeals, saved_at__lt=before)
