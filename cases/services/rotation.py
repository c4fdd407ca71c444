"""Sealing everything again with the newest field key, beside a running site.

Row by row and file by file, each step whole in itself: killed at any moment nothing is lost, and
the next run goes on where this one was, because what is sealed says itself with which key. What
cannot be made anew without something nobody has, such as a receipt code, is counted and kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.apps import apps
from django.conf import settings
from django.db.models import BinaryField, Count, F, Func, Model, Q, QuerySet, Value

from cases import informants
from cases.enums import ReceivedBy, ReportStatus
from cases.evidence import store
from cases.evidence.incoming import NAME_PURPOSE
from cases.models import Report
from cases.models.answering import DRAFT_PURPOSE
from cases.services.consent import TOLD_PURPOSE
from cases.services.import_lines import PURPOSE as IMPORT_PURPOSE
from integrity.accounts.models import User
from integrity.api import idempotency
from integrity.api.models import ApiToken, IdempotencyRecord
from integrity.audit import services as audit
from integrity.audit.models import ActorKind, Event
from integrity.core import clock, crypto
from notifications import content
from notifications.recipients import NAMED_PURPOSE, REPORTER_PURPOSE
from policies.models import HelpfulVote
from policies.services.readers import Voter

BATCH = 200
# Rows and files that cannot be opened, as far as they are listed one by one.
LISTED = 100
ROTATED = "field_keys.rotated"

# Every sealed column and its purpose. A test walks through all models for one that is missing.
SEALED: dict[str, dict[str, str]] = {
    "cases.Report": {
        "reporter_sealed": REPORTER_PURPOSE,
        "informant_sealed": informants.PURPOSE,
    },
    "cases.AnswerDraft": {"content_sealed": DRAFT_PURPOSE},
    "cases.AnswerDraftFile": {"name_sealed": NAME_PURPOSE},
    "cases.EvidenceFile": {"name_sealed": NAME_PURPOSE},
    "cases.DraftFile": {"name_sealed": NAME_PURPOSE},
    "cases.MessageFile": {"name_sealed": NAME_PURPOSE},
    "cases.NoteFile": {"name_sealed": NAME_PURPOSE},
    "cases.Consent": {"told_sealed": TOLD_PURPOSE},
    "notifications.OutboxMessage": {
        "recipient_sealed": NAMED_PURPOSE,
        "content_sealed": content.MESSAGE_PURPOSE,
    },
    "notifications.Letter": {"content_sealed": content.LETTER_PURPOSE},
    "api.IdempotencyRecord": {"answer_sealed": idempotency.PURPOSE},
}
# What a file on disk can be sealed for.
FILE_PURPOSES = (store.ORIGINAL, store.DERIVATIVE, IMPORT_PURPOSE)


def _reporter(user: User) -> Sequence[str]:
    return crypto.references(user.public_id, purpose=REPORTER_PURPOSE)


def _recipient(user: User) -> Sequence[str]:
    return crypto.references(user.public_id, purpose=NAMED_PURPOSE)


# References to people with an account, which can be made anew from the account: model, column, and
# what it is made of, the newest key's first.
REFERENCES: tuple[tuple[str, str, Callable[[User], Sequence[str]]], ...] = (
    ("cases.Report", "reporter_ref", _reporter),
    ("notifications.OutboxMessage", "recipient_ref", _recipient),
    ("notifications.OutboxMessage", "recipient_ref", _reporter),
    ("notifications.Letter", "recipient_ref", _recipient),
    ("notifications.Letter", "recipient_ref", _reporter),
    ("policies.HelpfulVote", "voter_ref", lambda user: Voter.account(user).refs),
)


@dataclass
class Rotation:
    """What was done and what is left. Keys are named as `crypto.key_names` does."""

    dry_run: bool
    values: Counter[str] = field(default_factory=Counter)
    files: int = 0
    references: Counter[str] = field(default_factory=Counter)
    # The key of what is sealed now: name -> how many values, how many files.
    values_by_key: Counter[str] = field(default_factory=Counter)
    files_by_key: Counter[str] = field(default_factory=Counter)
    cannot_open: list[dict[str, str]] = field(default_factory=list)
    cannot_open_count: int = 0
    busy: bool = False
    kept: dict[str, int] = field(default_factory=dict)

    def refused(self, where: str, what: object) -> None:
        """Note something that no configured key opens for its purpose."""
        self.cannot_open_count += 1
        if len(self.cannot_open) < LISTED:
            self.cannot_open.append({"where": where, "id": str(what)})

    @property
    def left(self) -> int:
        """How many values and files another key than the newest seals."""
        newest = crypto.key_names()[0]
        both = self.values_by_key + self.files_by_key
        return sum(number for name, number in both.items() if name != newest)

    @property
    def good(self) -> bool:
        """Whether nothing is wrong; a dry run may find work to do."""
        if self.busy or self.cannot_open_count:
            return False
        known = set(crypto.key_names())
        lost = any(name not in known for name in self.values_by_key | self.files_by_key)
        return not lost and (self.dry_run or not self.left)


def run(
    *, dry_run: bool = False, batch: int = BATCH, tell: Callable[[str], None] = lambda _line: None
) -> Rotation:
    """Seal values and files again, make references anew, and count what stays.

    `tell` hears how far it is. Of two runs at the same time on one disk the second leaves the files
    to the first and says that it was `busy`.
    """
    done = Rotation(dry_run)
    if len(settings.FIELD_KEYS) > 1 and not dry_run:
        for label, columns in SEALED.items():
            _seal_rows(done, label, columns, batch, tell)
        _seal_files(done, batch, tell)
        _refer_again(done, batch, tell)
    _count(done)
    if not dry_run:
        _record(done)
    done.kept = _kept()
    return done


class _Head(Func):
    """The first bytes of a sealed column, cut off by the database."""

    function = "substr"
    arity = 3

    def __init__(self, column: str) -> None:
        super().__init__(
            F(column), Value(1), Value(crypto.HEAD), output_field=BinaryField()
        )  # fmt: skip


def _model(label: str) -> type[Model]:
    return apps.get_model(label)


def _rows(label: str) -> QuerySet[Model]:
    return _model(label)._default_manager.all()  # noqa: SLF001 - documented by Django


def _older(rows: QuerySet[Model], columns: Mapping[str, str]) -> QuerySet[Model]:
    """The rows with a value that the newest key has not sealed. Empty values are none."""
    newest = crypto.newest_head()
    wanted = Q()
    for column in columns:
        head = f"{column}_head"
        rows = rows.annotate(**{head: _Head(column)})
        wanted |= Q(**{f"{column}__isnull": False}) & ~Q(**{head: newest}) & ~Q(**{column: b""})
    return rows.filter(wanted)


def _seal_rows(
    done: Rotation, label: str, columns: Mapping[str, str], batch: int, tell: Callable[[str], None]
) -> None:
    newest = crypto.newest_head()
    last = 0
    while True:
        rows = _older(_rows(label).filter(pk__gt=last), columns).order_by("pk")
        found = list(rows.values_list("pk", *columns)[:batch])
        if not found:
            return
        for pk, *blobs in found:
            old = {name: bytes(blob) for name, blob in zip(columns, blobs, strict=True) if blob}
            new: dict[str, bytes] = {}
            for name, blob in old.items():
                if blob.startswith(newest):
                    continue
                try:
                    value = crypto.unseal_bytes(blob, purpose=columns[name])
                except crypto.CannotOpen:
                    done.refused(f"{label}.{name}", pk)
                    continue
                new[name] = crypto.seal_bytes(value, purpose=columns[name])
            # Only while it is what was read: somebody who wrote meanwhile used the newest key.
            same = {name: old[name] for name in new}
            if new and _rows(label).filter(pk=pk, **same).update(**new):
                done.values.update(f"{label}.{name}" for name in new)
        last = found[-1][0]
        tell(f"{label}: {sum(done.values.values())} values so far")


def _seal_files(done: Rotation, batch: int, tell: Callable[[str], None]) -> None:
    newest = crypto.key_names()[0]
    with store.rotating() as alone:
        if not alone:
            done.busy = True
            return
        for path in _files():
            try:
                if store.sealed_with(path) == newest:
                    continue
                store.seal_again(path, purposes=FILE_PURPOSES)
            except FileNotFoundError:
                # Taken away meanwhile, with its draft.
                continue
            except crypto.CannotOpen:
                done.refused("file", path)
                continue
            done.files += 1
            if done.files % batch == 0:
                tell(f"files: {done.files} so far")


def _files() -> Iterator[str]:
    """The sealed files; what is only being written is none yet."""
    return (path for path, _at in store.everything() if not path.endswith(".part"))


def _refer_again(done: Rotation, batch: int, tell: Callable[[str], None]) -> None:
    last = 0
    while users := list(
        User.objects.filter(pk__gt=last).only("public_id").order_by("pk")[:batch]
    ):  # fmt: skip
        for label, column, references in REFERENCES:
            anew = {}
            for user in users:
                newest, *older = references(user)
                anew.update(dict.fromkeys(older, newest))
            rows = _rows(label)
            for pk, old in rows.filter(**{f"{column}__in": anew}).values_list("pk", column):
                done.references[f"{label}.{column}"] += _refer(label, column, pk, old, anew[old])
        last = users[-1].pk
        tell(f"references: {sum(done.references.values())} so far")


def _refer(label: str, column: str, pk: int, old: str, new: str) -> int:
    rows = _rows(label)
    if label == "policies.HelpfulVote":
        # They voted again meanwhile, under the new key: that is what they say now.
        vote = HelpfulVote.objects.filter(pk=pk).first()
        if vote and HelpfulVote.objects.filter(version=vote.version_id, voter_ref=new).exists():
            vote.delete()
            return 1
    return rows.filter(pk=pk, **{column: old}).update(**{column: new})


def _count(done: Rotation) -> None:
    for label, columns in SEALED.items():
        for column in columns:
            heads = (
                _rows(label)
                .exclude(**{f"{column}__isnull": True})
                .exclude(**{column: b""})
                .order_by()
                .annotate(head=_Head(column))
                .values("head")
                .annotate(n=Count("pk"))
            )
            for row in heads:
                done.values_by_key[crypto.key_of(row["head"])] += row["n"]
    for path in _files():
        try:
            done.files_by_key[store.sealed_with(path)] += 1
        except FileNotFoundError:
            continue


def _record(done: Rotation) -> None:
    """Once for each new key, and whenever something was done."""
    changed = done.files + sum(done.values.values()) + sum(done.references.values())
    if not changed and first_rotated() is not None:
        return
    with audit.transaction():
        audit.record(
            ROTATED,
            actor=audit.Actor.system("rotate_field_keys"),
            subject=("key", crypto.key_names()[0]),
            data={
                "values": sum(done.values.values()),
                "files": done.files,
                "references": sum(done.references.values()),
                "left": done.left,
            },
        )


def first_rotated() -> datetime | None:
    """When everything was first sealed with the key that is now the newest; None if never."""
    return (
        Event.objects.filter(action=ROTATED, subject_id=crypto.key_names()[0])
        .order_by("sequence")
        .values_list("occurred_at", flat=True)
        .first()
    )


# What stops working, or is done twice, without the key that its fingerprint was made with.
NEEDS_KEY = ("receipt_codes", "unsent_reports", "api_tokens", "api_answers", "imported_lines")


def _kept() -> dict[str, int]:
    """What may hang on an older key and cannot be made anew, by kind.

    Fingerprints do not say which key made them. Those made since the newest key was first used here
    are its own; of the others any may be an older key's.
    """
    first = first_rotated()
    if first is None and len(settings.FIELD_KEYS) == 1:
        return dict.fromkeys((*NEEDS_KEY, "votes_of_visitors", "history"), 0)
    since = first or clock.now()
    by_code = Report.objects.exclude(receipt_ref="").filter(submitted_at__lt=since)
    imported = Q(imported_with__isnull=False) | Q(received_by=ReceivedBy.IMPORT)
    return {
        "receipt_codes": by_code.exclude(status=ReportStatus.DRAFT).count(),
        "unsent_reports": by_code.filter(status=ReportStatus.DRAFT).count(),
        "api_tokens": ApiToken.objects.filter(
            created_at__lt=since, revoked_at__isnull=True, expires_at__gt=clock.now()
        ).count(),
        "api_answers": IdempotencyRecord.objects.filter(created_at__lt=since).count(),
        "imported_lines": Report.objects.filter(imported, submitted_at__lt=since).count(),
        "votes_of_visitors": _votes_of_visitors(since),
        "history": Event.objects.filter(actor_kind=ActorKind.SEALED, occurred_at__lt=since).count(),
    }


def _votes_of_visitors(since: datetime) -> int:
    votes = HelpfulVote.objects.filter(voted_at__lt=since)
    of_accounts, last = 0, 0
    while users := list(
        User.objects.filter(pk__gt=last).only("public_id").order_by("pk")[:BATCH]
    ):  # fmt: skip
        refs = [Voter.account(user).refs[0] for user in users]
        of_accounts += votes.filter(voter_ref__in=refs).count()
        last = users[-1].pk
    return votes.count() - of_accounts
