"""Reports that are not sent yet: answers and files survive pages, devices and days (IN7).

A draft is nobody's business but its sender's: it is no case, and no event tells of it.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from cases import receipts, rules
from cases.enums import ReportKind, ReportMode, ReportStatus
from cases.evidence import FileRefused, Incoming
from cases.evidence.errors import Busy
from cases.evidence.incoming import (
    MAX_FILES,
    StoredFile,
    discard,
    incoming,
    keep,
    prepare,
    refused,
)
from cases.models import DraftFile, Report
from cases.selectors.report import held, office_for
from cases.services import clean, floods, intake
from cases.services.answers import ACCOUNT_LENGTH, NAME_LENGTH, QUOTE_LENGTH
from cases.services.clean import Problems
from cases.services.senders import sealed_sender
from integrity.accounts.models import User
from integrity.audit import services as audit
from integrity.core import clock, crypto, ids
from integrity.core.errors import Conflict, InvalidInput, NotFound, Text
from integrity.courses.models import Course, Post, Submission
from policies.models import ViolationType

DESCRIPTION_LENGTH = 200
# Drafts one person may keep; more would be no drafts but a store.
MAX_DRAFTS = 20
# As long as no session lives; see forget_abandoned.
ABANDONED_AFTER = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Page:
    """The answers of one page. What is None was not asked there and stays as it is."""

    step: int
    violation_type: ViolationType | None = None
    course: Course | None = None
    course_asked: bool = False
    mode: str | None = None
    account: str | None = field(default=None, repr=False)
    quoted_text: str | None = field(default=None, repr=False)
    visible_name: str | None = field(default=None, repr=False)
    links: Sequence[str] | None = field(default=None, repr=False)
    incident_at: datetime | None = None
    incident_day_only: bool = False
    incident_asked: bool = False
    descriptions: Mapping[UUID, str] = field(default_factory=dict, repr=False)


def start(
    *,
    actor: User | None,
    kind: str,
    form_key: str,
    page: Page,
    submission: Submission | None = None,
    post: Post | None = None,
    key: str = "",
    source: floods.Source | None = None,
) -> Report:
    """A new draft with its first page. The same key again returns the draft, or what became of it.

    With other words the same key changes the draft: somebody went back in their browser. Once the
    report is sent that is a `Conflict`, so that the words are not lost without being said (HOSTILE
    32). Without an account it is a report without a name, held by `key` (`receipts.new_key`);
    `source` is who is counted then. Raises `InvalidInput`, `Conflict` for a form of somebody else
    and for too many drafts, `TooMany`.
    """
    with audit.transaction():
        known = Report.objects.filter(form_key=form_key).first()
        if known is None:
            if actor is not None:
                mine = rules.own_reports(actor).filter(status=ReportStatus.DRAFT)
                if mine.count() >= MAX_DRAFTS:
                    raise Conflict(
                        _(
                            "You have %(count)s reports that are not sent. "
                            "Please send or delete one."
                        )
                        % {"count": MAX_DRAFTS}
                    )
            elif source is not None:
                floods.take(floods.DRAFTS, source)
            report = Report(
                reference=intake.new_reference(),
                kind=ReportKind(kind),
                mode=ReportMode.ANONYMOUS if actor is None else ReportMode.CONFIDENTIAL,
                status=ReportStatus.DRAFT,
                submission=submission,
                post=post,
                course=_course_of(submission, post),
                submitted_at=clock.now(),
                form_key=form_key,
                form_digest=_first_words(page),
            )
            if actor is not None:
                sealed_sender(report, actor)
            else:
                report.receipt_ref = receipts.draft_fingerprint(key, report.public_id)
            _fill(report, page)
            try:
                with transaction.atomic():
                    clean.save(report)
            except IntegrityError:
                known = Report.objects.filter(form_key=form_key).first()
                if known is None:
                    raise
            else:
                return report
        if not held(actor, key, known.public_id).exists():
            raise Conflict(_("This form was sent before with other content."))
        if known.status != ReportStatus.DRAFT:
            _same_words(known, page)
        elif known.draft_step <= page.step or known.form_digest != _first_words(page):
            _fill(known, page)
            known.form_digest = _first_words(page)
            clean.save(known)
        return known


def _first_words(page: Page) -> str:
    """Fingerprint of a first page, by which the same one is known again."""
    code = page.violation_type.code if page.violation_type is not None else ""
    told = crypto.reference(f"{code}\n{page.account or ''}", purpose="draft-words")
    return f"draft:{told[:32]}"


def _same_words(report: Report, page: Page) -> None:
    code = report.violation_type.code if report.violation_type is not None else ""
    given = page.violation_type.code if page.violation_type is not None else ""
    if (given and code != given) or report.account != (page.account or ""):
        raise Conflict(
            _(
                "The report of this page was sent already. What you wrote here now is not in it. "
                "Send it again to begin a new report with it."
            )
        )


def _course_of(submission: Submission | None, post: Post | None) -> Course | None:
    if submission is not None:
        return submission.assignment.course
    return post.course if post is not None else None


def save(*, actor: User | None, draft_id: UUID, page: Page, key: str = "") -> Report:
    """Keep the answers of one page. Raises `NotFound` once the report is sent, `InvalidInput`.

    A report that was begun with an account and is to have no name is written anew, with nothing
    of the account: the draft that is returned is another one, held by `key`. The other way round
    the draft becomes the actor's.
    """
    with audit.transaction():
        report = _own_draft(actor, draft_id, key)
        if page.mode == ReportMode.ANONYMOUS and report.reporter_ref:
            report = _without_name(report, key)
        elif page.mode not in (None, ReportMode.ANONYMOUS) and not report.reporter_ref:
            if actor is None:
                raise InvalidInput({"mode": [_("Please sign in to report with your name.")]})
            report.receipt_ref = ""
            sealed_sender(report, actor)
        _fill(report, page)
        for file in report.draft_files.filter(public_id__in=page.descriptions):
            file.description = _description(page.descriptions[file.public_id], file.public_id)
            file.save(update_fields=["description"])
        clean.save(report)
        return report


def _without_name(report: Report, key: str) -> Report:
    """A copy of the draft that nothing ties to whoever began it, which goes (IN4).

    Another row with other identifiers. Whoever has a backup from in between can still compare the
    words and the files of the two.
    """
    if not receipts.is_key(key):
        raise InvalidInput({"mode": [_("Choose how you want to report.")]})
    copied = (
        *("kind", "institution", "course", "submission", "post", "violation_type", "account"),
        *("quoted_text", "visible_name", "links", "incident_at", "incident_day_only"),
        "draft_step",
    )
    copy = Report(
        reference=intake.new_reference(),
        mode=ReportMode.ANONYMOUS,
        status=ReportStatus.DRAFT,
        submitted_at=clock.now(),
        form_key=secrets.token_urlsafe(24),
        form_digest="draft",
        **{name: getattr(report, name) for name in copied},
    )
    copy.receipt_ref = receipts.draft_fingerprint(key, copy.public_id)
    clean.save(copy)
    for file in report.draft_files.all():
        file.report = copy
        file.public_id = ids.public_id()
        file.created_at = copy.submitted_at
        file.form_key = f"{secrets.token_urlsafe(24)}:{file.original_sha256[:32]}"
        file.save()
    report.delete()
    return copy


def forget_abandoned() -> int:
    """Delete reports without a name that were begun a day ago and never sent; returns how many.

    Their key is gone with the browser's session, so nobody could send them any more.
    """
    gone = 0
    old = Report.objects.filter(
        status=ReportStatus.DRAFT, reporter_ref="", submitted_at__lt=clock.now() - ABANDONED_AFTER
    )
    for pk in list(old.values_list("pk", flat=True)[:500]):
        with audit.transaction():
            report = old.select_for_update().filter(pk=pk).first()
            if report is not None:
                _forget(list(report.draft_files.all()))
                report.delete()
                gone += 1
    return gone


def _own_draft(actor: User | None, draft_id: UUID, key: str) -> Report:
    report = intake.own_locked(actor, draft_id, key=key)
    if report.status != ReportStatus.DRAFT:
        raise NotFound
    return report


def _fill(report: Report, page: Page) -> None:
    problems = Problems()
    if page.violation_type is not None:
        report.violation_type = page.violation_type
    if page.course_asked:
        report.course = page.course
    if page.mode is not None:
        if page.mode not in ReportMode.values:
            problems.add("mode", _("Choose how you want to report."))
        report.mode = page.mode
    if page.account is not None:
        report.account = problems.text("account", page.account, max_length=ACCOUNT_LENGTH)
    if page.quoted_text is not None:
        report.quoted_text = problems.text("quoted_text", page.quoted_text, max_length=QUOTE_LENGTH)
    if page.visible_name is not None:
        report.visible_name = problems.text(
            "visible_name", page.visible_name, max_length=NAME_LENGTH, single_line=True
        )
    if page.links is not None:
        report.links = list(problems.links("links", page.links))
    if page.incident_asked:
        report.incident_at = page.incident_at
        report.incident_day_only = page.incident_day_only and page.incident_at is not None
    problems.stop()
    report.institution = office_for(report.course)
    report.draft_step = max(report.draft_step, page.step)


def _description(text: str, file_id: UUID) -> str:
    problems = Problems()
    cleaned = problems.text(
        f"description-{file_id}", text, max_length=DESCRIPTION_LENGTH, single_line=True
    )
    problems.stop()
    return cleaned


def add_files(
    *,
    actor: User | None,
    draft_id: UUID,
    uploads: Sequence[UploadedFile | Incoming],
    form_key: str,
    key: str = "",
) -> list[DraftFile]:
    """Check, copy and seal files and keep them with the draft. The same form again adds none.

    Good files stay when others are refused: a browser cannot send them again by itself. Raises
    `InvalidInput` at `uploads` with one message a refused file, after keeping the good ones;
    `StorageFull`; `NotFound`.
    """
    files = incoming(uploads)
    refusals: list[Text] = []
    kept: list[DraftFile] = []
    busy: Busy | None = None
    report = held(actor, key, draft_id).first()
    if report is None or report.status != ReportStatus.DRAFT:
        raise NotFound
    here = set(report.draft_files.values_list("form_key", flat=True))
    room = MAX_FILES - len(here)
    for file in files:
        # The content is part of the key: the page that is shown again after a refusal carries the
        # same token, and may bring another file.
        file_key = f"{form_key}:{file.sha256[:32]}"
        if file_key in here:
            continue
        if room <= 0:
            refusals.append(_("A report can have at most %(count)s files.") % {"count": MAX_FILES})
            break
        try:
            if busy is not None:
                raise busy
            stored = keep(file, *prepare(file))
        except FileRefused as refusal:
            busy = refusal if isinstance(refusal, Busy) else busy
            refusals.append(refused(file, refusal))
            continue
        row = _keep_row(actor, draft_id, stored, file_key, key)
        here.add(file_key)
        if row is not None:
            kept.append(row)
            room -= 1
    if refusals:
        raise InvalidInput({"uploads": refusals})
    return kept


def _keep_row(
    actor: User | None, draft_id: UUID, stored: StoredFile, file_key: str, key: str
) -> DraftFile | None:
    """The row of a stored file; None, and no file, when another request was first."""
    try:
        with audit.transaction():
            report = _own_draft(actor, draft_id, key)
            if report.draft_files.count() >= MAX_FILES:
                discard([stored])
                return None
            row = DraftFile(
                report=report,
                description=stored.description[:DESCRIPTION_LENGTH],
                **stored.columns,
                created_at=clock.now(),
                form_key=file_key,
            )
            clean.save(row)
            return row
    except IntegrityError:
        discard([stored])
        return None
    except BaseException:
        discard([stored])
        raise


def remove_file(*, actor: User | None, draft_id: UUID, file_id: UUID, key: str = "") -> None:
    """Take a file out of the draft and off the disk. One that is gone already is fine."""
    with audit.transaction():
        report = _own_draft(actor, draft_id, key)
        _forget(list(report.draft_files.filter(public_id=file_id)))


def throw_away(*, actor: User | None, draft_id: UUID, key: str = "") -> None:
    """Delete the draft with its answers and files. Nothing of it is kept."""
    with audit.transaction():
        report = _own_draft(actor, draft_id, key)
        _forget(list(report.draft_files.all()))
        report.delete()


def _forget(rows: Sequence[DraftFile]) -> None:
    files = [intake.stored_file(row) for row in rows]
    for row in rows:
        row.delete()
    # Off the disk only when the rows are gone for good.
    transaction.on_commit(partial(discard, files))
