"""Evidence in a case: added once, kept as original and clean copy, opened by few (CF2, IN6)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import islice

from django.core.files.uploadedfile import UploadedFile
from django.db.models import Max, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases import workflow
from cases.enums import EvidenceKind, FileRole, ImportStatus
from cases.evidence import Incoming, StoredFile, received, store
from cases.evidence.errors import FIELD
from cases.evidence.incoming import Part, prepare, prepare_result
from cases.models import (
    AnswerDraftFile,
    Case,
    DraftFile,
    Evidence,
    EvidenceFile,
    MessageFile,
    NoteFile,
    Report,
    ReportImport,
    ReportMessage,
    Respondent,
)
from cases.services.base import locked_case, role_of, visible_or_404
from cases.services.clean import Problems, save
from cases.services.senders import acting, bringing
from integrity.accounts.models import User
from integrity.audit import services as audit
from integrity.core import clock
from integrity.core.errors import Conflict, InvalidInput, NotFound, Text
from integrity.courses.models import Submission

TEXT_LENGTH = 200_000
# What is asked for, by kind: the argument, and the message at its field when it is missing.
_NEEDED: dict[str, tuple[str, Text]] = {
    EvidenceKind.FILE: ("upload", gettext_lazy("Choose a file.")),
    EvidenceKind.LINK: ("url", gettext_lazy("Enter the whole address, starting with https://")),
    EvidenceKind.QUOTE: ("text", gettext_lazy("Enter the words you want to keep.")),
    EvidenceKind.SUBMISSION: ("submission", gettext_lazy("Choose a submission.")),
    EvidenceKind.SIMILARITY: ("upload", gettext_lazy("Choose a file.")),
}
_FILES = (EvidenceKind.FILE, EvidenceKind.SIMILARITY)


def attach(
    *,
    case: Case,
    kind: str,
    title: str,
    description: str = "",
    url: str = "",
    text: str = "",
    submission: Submission | None = None,
    file: StoredFile | None = None,
    report: Report | None = None,
    message: ReportMessage | None = None,
    respondent: Respondent | None = None,
    added_by: User | None = None,
    form_key: str | None = None,
    sha256: str = "",
) -> Evidence:
    """Bind one piece to the locked case, with the next number, and record it with its fingerprint.

    For other services, inside their transaction. A `file` comes from `evidence.received`, which
    removes it from the disk unless this marks it as kept. It came from `report` (whose sender is
    sealed), perhaps later with a `message`, from `respondent`, or from `added_by`. `sha256` is the
    fingerprint of what is kept elsewhere, such as a comparison.
    """
    last = case.evidence.aggregate(last=Max("position"))["last"] or 0
    content = submission.text if kind == EvidenceKind.SUBMISSION and submission else text
    if file is not None and file.figures is not None:
        content = file.words
    piece = Evidence(
        case=case,
        report=report,
        message=message,
        respondent=respondent,
        position=last + 1,
        kind=EvidenceKind(kind),
        title=title[:200],
        description=description,
        url=url,
        text=content,
        figures=file.figures if file else None,
        submission=submission,
        sha256=sha256 or (file.original.sha256 if file else fingerprint(url or content)),
        added_by=added_by,
        added_at=clock.now(),
        form_key=form_key,
    )
    save(piece)
    if file is not None:
        rows = [_row(piece, FileRole.ORIGINAL, file.original, file.scan, file.name_sealed)]
        # Of a result with figures people see those, and nothing else that the archive holds.
        if file.figures is None:
            rows.append(_row(piece, FileRole.DERIVATIVE, file.derivative, file.scan))
        EvidenceFile.objects.bulk_create(rows)
        file.kept = True
    audit.record(
        "evidence.added",
        # Who writes a message is whoever reported, whoever had entered the report.
        actor=acting(message.report)
        if message is not None
        else _source(case, report, respondent, added_by),
        subject=("evidence", str(piece.public_id)),
        case_number=case.number,
        institution=case.institution.slug,
        data={"label": piece.label, "kind": piece.kind, "sha256": piece.sha256},
    )
    return piece


def _source(
    case: Case, report: Report | None, respondent: Respondent | None, added_by: User | None
) -> audit.Actor:
    if report is not None:
        return bringing(report)
    if respondent is not None:
        return audit.Actor.user(respondent.user.public_id, role="respondent")
    if added_by is not None:
        return audit.Actor.user(added_by.public_id, role=role_of(added_by, case))
    return audit.Actor.system("intake")


def _row(
    piece: Evidence, role: str, part: Part, scan: str, name_sealed: bytes | None = None
) -> EvidenceFile:
    return EvidenceFile(
        evidence=piece,
        role=role,
        content_type=part.content_type,
        size=part.size,
        sha256=part.sha256,
        path=part.path,
        name_sealed=name_sealed,
        scan=scan,
        created_at=clock.now(),
    )


def fingerprint(text: str) -> str:
    """SHA-256 of the text as UTF-8, 64 hex digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def add(
    *,
    actor: User,
    number: str,
    kind: str,
    title: str,
    description: str = "",
    url: str = "",
    text: str = "",
    upload: UploadedFile | Incoming | None = None,
    submission: Submission | None = None,
    form_key: str,
) -> Evidence:
    """Add a piece at the desk, before the decision. The same form again returns the same piece.

    A submission must belong to the course of the case or to somebody it is about. The result of a
    similarity tool is read for its figures; a PDF of one is kept as it looks (IN10). Raises
    `Conflict` for the same key with other content, `InvalidInput` at the fields, `StorageFull`.
    """
    case = Case.objects.filter(number=number).first()
    if case is None:
        raise NotFound
    # Before the file is opened: strangers are not worth the work.
    visible_or_404(actor, case)
    problems = Problems()
    title = problems.text("title", title, max_length=200, single_line=True)
    description = problems.text("description", description, max_length=2_000)
    url = problems.link("url", url)
    text = problems.text("text", text, max_length=TEXT_LENGTH)
    problems.stop()
    given = {"upload": upload, "url": url, "text": text, "submission": submission}
    if kind not in _NEEDED:
        raise InvalidInput({"kind": [_("Choose what you want to add.")]})
    needed, message = _NEEDED[kind]
    if not given[needed]:
        problems.add(needed, message)
    if not title:
        problems.add("title", _("Give it a short name."))
    problems.stop()
    file = _read(upload) if kind in _FILES and upload is not None else None
    content = {
        **dict.fromkeys(_FILES, file.sha256 if file else ""),
        EvidenceKind.LINK: fingerprint(url),
        EvidenceKind.QUOTE: fingerprint(text),
        EvidenceKind.SUBMISSION: fingerprint(submission.text if submission else ""),
    }[EvidenceKind(kind)]
    known = _known(form_key, case, title, content)
    if known is not None:
        return known
    with (
        _at_field("upload"),
        received(
            [file] if file else [],
            prepare=prepare_result if kind == EvidenceKind.SIMILARITY else prepare,
        ) as files,
        locked_case(number) as case,
    ):
        workflow.require("add_evidence", actor=actor, case=case)
        known = _known(form_key, case, title, content)
        if known is not None:
            return known
        if submission is not None:
            _belongs(case, submission)
        return attach(
            case=case,
            kind=kind,
            title=title,
            description=description,
            url=url if kind == EvidenceKind.LINK else "",
            text=text if kind == EvidenceKind.QUOTE else "",
            submission=submission if kind == EvidenceKind.SUBMISSION else None,
            file=files[0] if files else None,
            added_by=actor,
            form_key=form_key,
        )


def _read(upload: UploadedFile | Incoming) -> Incoming:
    return upload if isinstance(upload, Incoming) else Incoming.from_upload(upload)


def _known(form_key: str, case: Case, title: str, sha256: str) -> Evidence | None:
    known = Evidence.objects.filter(form_key=form_key).first()
    if known is None:
        return None
    if known.case_id != case.pk or known.sha256 != sha256 or known.title != title:
        raise Conflict(_("This form was sent before with other content."))
    return known


def _belongs(case: Case, submission: Submission) -> None:
    if case.course_id is not None and submission.assignment.course_id == case.course_id:
        return
    learner = submission.learner.closed_into or submission.learner
    if not case.respondents.filter(Q(user=learner) | Q(user__closed_into=learner)).exists():
        raise InvalidInput({"submission": [_("This submission does not belong to the case.")]})


@contextmanager
def _at_field(name: str) -> Iterator[None]:
    """Refusals of files stand at the field of this form."""
    try:
        yield
    except InvalidInput as error:
        if FIELD not in error.fields:
            raise
        raise InvalidInput({name: error.fields[FIELD]}) from error


def orphans(*, older_than: timedelta = timedelta(days=1)) -> list[str]:
    """Files on disk that no row names, such as those a crash left between file and row.

    Only those older than `older_than`: a younger one may belong to a transaction that has not
    committed yet.
    """
    before = clock.now().timestamp() - older_than.total_seconds()
    old = (path for path, written in store.everything() if written < before)
    found: list[str] = []
    while some := list(islice(old, 500)):
        named = _named(some)
        found += [path for path in some if path not in named]
    return found


def _named(paths: Iterable[str]) -> set[str]:
    named = set(EvidenceFile.objects.filter(path__in=paths).values_list("path", flat=True))
    others = (DraftFile.objects, AnswerDraftFile.objects, MessageFile.objects, NoteFile.objects)
    for rows in others:
        for column in ("original_path", "derivative_path"):
            found = rows.filter(**{f"{column}__in": paths})
            named.update(found.values_list(column, flat=True))
    # The file of a list of reports goes when the list is filed.
    lists = ReportImport.objects.exclude(status=ImportStatus.FILED).filter(path__in=paths)
    named.update(lists.values_list("path", flat=True))
    return named
