"""Notes about a case: for the desk alone, or for one respondent too; with files and names (CF7).

A shared note is no evidence: nothing is decided on it (decision 0029). What is to count is shown
with the notice, as evidence, where it can be answered.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from cases import letters, rules, workflow
from cases.enums import PASSED, NoteAudience
from cases.evidence import Incoming, StoredFile, received, store
from cases.evidence.incoming import incoming
from cases.evidence.preview import PLAIN
from cases.models import AdviserAccess, Case, Mention, Note, NoteFile, Notice, Respondent
from cases.services.base import locked_case, record, respondent_of, visible_or_404
from cases.services.clean import Problems, save
from cases.services.naming import names_nobody_else
from integrity.accounts.models import User
from integrity.audit import services as audit
from integrity.core import clock, crypto
from integrity.core.errors import Conflict, InvalidInput, NotFound

BODY_LENGTH = 10_000
# More would be a letter to the whole office.
MAX_MENTIONS = 20
NOT_A_READER = _("Choose people who read this case. Nothing was saved.")

ONLY_TEXT = _(
    "This case is about several learners, and a picture or a PDF can name the others. Share a "
    "plain text file, or show the file as evidence, where parts can be covered. Nothing was saved."
)

Uploads = Sequence[UploadedFile | Incoming]


def add_note(
    *,
    actor: User,
    number: str,
    body: str,
    form_key: str,
    respondent_id: UUID | str | None = None,
    mention: Iterable[UUID | str] = (),
    uploads: Uploads = (),
) -> Note:
    """Add a note for the desk, or with `respondent_id` one that this respondent reads too.

    A shared note goes to somebody who had the notice, and a letter announces it. `mention` are the
    public ids of colleagues who read the case; each of them is written to, with the case number and
    nothing else. Whoever is tied to the case can be named like everybody, and hears nothing. The
    same form sent twice is one note; with other content it is a `Conflict`.

    Raises `InvalidInput` at `body`, `mention`, `respondent` and `uploads`, `NotFound` for a
    respondent of another case (HOSTILE 17), `NotPermitted`, `StorageFull`.
    """
    text = _clean(body)
    wanted = {str(public_id) for public_id in mention}
    if len(wanted) > MAX_MENTIONS:
        raise InvalidInput({"mention": [_("Those are too many people for one note.")]})
    if uploads:
        # Before a file is opened: strangers are not worth the work.
        _allowed(actor, number)
    files = list({file.sha256: file for file in incoming(uploads)}.values())
    with received(files) as stored, locked_case(number) as case:
        workflow.require("note", actor=actor, case=case)
        known = Note.objects.filter(form_key=form_key).first()
        if known is not None:
            return _same(known, case, actor, text, respondent_id, files)
        respondent = _addressed(case, respondent_id)
        if respondent is not None:
            names_nobody_else(respondent, body=text)
            _files_name_nobody_else(respondent, stored)
        people = _named(case, actor, wanted)
        note = write(case, actor, text, form_key=form_key, respondent=respondent)
        _keep(note, stored)
        for person in people:
            save(Mention(note=note, user=person))
            letters.mentioned(note, person)
    return note


def write(
    case: Case, actor: User, body: str, *, form_key: str, respondent: Respondent | None = None
) -> Note:
    """Write a note to the locked case, with its event, and with its letter where it is shared."""
    shared = respondent is not None
    note = Note(
        case=case,
        author=actor,
        body=body,
        form_key=form_key,
        respondent=respondent,
        audience=NoteAudience.LEARNER if shared else NoteAudience.DESK,
        created_at=clock.now(),
    )
    save(note)
    record(
        "note.shared" if shared else "note.added",
        case,
        actor,
        subject=("note", str(note.public_id)),
    )
    if shared:
        letters.note_shared(note)
    return note


def read_by_respondent(*, actor: User, notes: Iterable[Note]) -> None:
    """The respondent was shown these; the first time is kept, and stands in the history.

    It changes nothing of the case, so that no form of the desk becomes stale by it.
    """
    unread = [note.pk for note in notes if note.read_at is None]
    if not unread:
        return
    with audit.transaction():
        rows = Note.objects.select_for_update().filter(
            pk__in=unread,
            read_at__isnull=True,
            respondent__in=rules.respondent_cases(actor).values("pk"),
        )
        for note in rows.select_related("case__institution"):
            note.read_at = clock.now()
            note.save(update_fields=["read_at"])
            audit.record(
                "note.read",
                actor=audit.Actor.user(actor.public_id, role="respondent"),
                subject=("note", str(note.public_id)),
                case_number=note.case.number,
                institution=note.case.institution.slug,
            )


def seen_by(*, actor: User, notes: Iterable[Note]) -> None:
    """Whoever was mentioned in one of these was shown it."""
    keys = [note.pk for note in notes]
    Mention.objects.filter(note__in=keys, user=actor, seen_at__isnull=True).update(
        seen_at=clock.now()
    )


def open_for_desk(*, actor: User, number: str, file_id: UUID) -> tuple[NoteFile, bytes]:
    """A file of any note of this case, for somebody who may read the case; else `NotFound`."""
    case = Case.objects.filter(number=number).first()
    if case is None or rules.access(actor, case) < rules.Access.READ:
        raise NotFound
    return _opened(NoteFile.objects.filter(note__case=case), file_id)


def open_for_respondent(*, actor: User, number: str, file_id: UUID) -> tuple[NoteFile, bytes]:
    """A file of a note shared with this very person in this very case; else `NotFound`."""
    mine = rules.respondent_cases(actor).filter(case__number=number)
    return _opened(_shared_files().filter(note__respondent__in=mine.values("pk")), file_id)


def open_for_adviser(*, access: AdviserAccess, file_id: UUID) -> tuple[NoteFile, bytes]:
    """A file of a note shared with whom the adviser helps; the caller has made sure that the
    access is theirs now. Else `NotFound`."""
    return _opened(_shared_files().filter(note__respondent=access.respondent_id), file_id)


def _shared_files() -> QuerySet[NoteFile]:
    return NoteFile.objects.filter(note__audience=NoteAudience.LEARNER)


def _opened(files: QuerySet[NoteFile], file_id: UUID) -> tuple[NoteFile, bytes]:
    """One that the scanner holds or found harmful is none. Bytes that were changed raise
    `crypto.CannotOpen`."""
    file = files.filter(public_id=file_id, scan__in=PASSED).first()
    if file is None:
        raise NotFound
    content = store.read(file.derivative_path, purpose=store.DERIVATIVE)
    if hashlib.sha256(content).hexdigest() != file.derivative_sha256:
        raise crypto.CannotOpen("The file is not the one that was stored.")
    return file, content


def _clean(body: str) -> str:
    problems = Problems()
    text = problems.text("body", body, max_length=BODY_LENGTH)
    if not text and not problems.fields:
        problems.add("body", _("Write the note first"))
    problems.stop()
    return text


def _allowed(actor: User, number: str) -> None:
    case = Case.objects.filter(number=number).first()
    if case is None:
        raise NotFound
    visible_or_404(actor, case)
    workflow.require("note", actor=actor, case=case)


def _same(
    known: Note,
    case: Case,
    actor: User,
    text: str,
    respondent_id: UUID | str | None,
    files: Sequence[Incoming],
) -> Note:
    whom = str(known.respondent.public_id) if known.respondent is not None else ""
    sent = set(known.files.values_list("original_sha256", flat=True))
    if (known.case_id, known.author_id, known.body, whom, sent) != (
        case.pk,
        actor.pk,
        text,
        str(respondent_id or ""),
        {file.sha256 for file in files},
    ):
        raise Conflict(_("This form was sent before with other content."))
    return known


def _addressed(case: Case, respondent_id: UUID | str | None) -> Respondent | None:
    """The respondent a note is shared with; only somebody who knows of the case can be."""
    if not respondent_id:
        return None
    respondent = respondent_of(case, respondent_id)
    if not Notice.objects.filter(respondent=respondent).exists():
        raise InvalidInput(
            {"respondent": [_("The learner knows nothing of this case before the notice.")]}
        )
    return respondent


def _files_name_nobody_else(respondent: Respondent, files: Sequence[StoredFile]) -> None:
    """The same for what is in the files. What cannot be searched for names is refused.

    Asked of the clean copy, which is what the learner opens. Raises `InvalidInput` at `uploads`.
    """
    if not files or not rules.hidden_from(respondent):
        return
    if any(file.derivative.content_type != PLAIN for file in files):
        raise InvalidInput({"uploads": [ONLY_TEXT]})
    texts = [
        store.read(file.derivative.path, purpose=store.DERIVATIVE).decode(errors="replace")
        for file in files
    ]
    names_nobody_else(respondent, uploads="\n".join(texts))


def _named(case: Case, actor: User, wanted: set[str]) -> list[User]:
    """The people to write to. Whoever is tied to the case is left out, and nobody is told so."""
    if not wanted:
        return []
    if not wanted <= {str(user.public_id) for user in rules.offered_to_mention(case)}:
        raise InvalidInput({"mention": [NOT_A_READER]})
    return [
        user
        for user in rules.readers_of(case)
        if str(user.public_id) in wanted and user.pk != actor.pk
    ]


def _keep(note: Note, files: Sequence[StoredFile]) -> None:
    for position, file in enumerate(files, start=1):
        save(
            NoteFile(
                note=note,
                description=file.description[:200],
                **file.columns,
                created_at=note.created_at,
                form_key=f"{note.public_id.hex}:{position}",
            )
        )
        file.kept = True


def with_notice() -> Exists:
    """For respondents: true where the first notice was sent, so that a note can be shared."""
    return Exists(Notice.objects.filter(respondent=OuterRef("pk")))
