"""How the desk works together: views, several cases at once, who is where, pauses, links."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cases.enums import BulkKind, BulkOutcome, CaseLinkKind
from cases.models.case import Case, Note
from cases.models.report import Report, SealedFile
from integrity.core import clock, ids
from integrity.core.fields import BoundedText


class SavedView(models.Model):
    """What somebody asks the queue for again and again: the words of its address, and its columns.

    `shared`: everybody of the desk is offered it, each for what they may see; of an institution,
    when one is named.
    """

    public_id = models.UUIDField(default=ids.public_id, unique=True, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="queue_views"
    )
    name = models.CharField(_("name"), max_length=60)
    query = models.CharField(max_length=1_000, blank=True)
    columns = models.JSONField(default=list, blank=True)
    shared = models.BooleanField(_("for everybody of the desk"), default=False)
    institution = models.ForeignKey(
        "courses.Institution",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="queue_views",
    )
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["owner", "name"], name="cases_view_name_once")
        ]

    def __str__(self) -> str:
        return self.name


class QueueColumns(models.Model):
    """Which columns of the queue somebody wants to see."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="queue_columns"
    )
    columns = models.JSONField(default=list)

    def __str__(self) -> str:
        return ", ".join(self.columns)


class BulkAction(models.Model):
    """One thing done to several cases at once, so that it can be undone as one."""

    public_id = models.UUIDField(default=ids.public_id, unique=True, editable=False)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="bulk_actions"
    )
    kind = models.CharField(max_length=8, choices=BulkKind.choices)
    done_at = models.DateTimeField(default=clock.now)
    undone_at = models.DateTimeField(null=True, blank=True)
    # A form sent twice is one action.
    form_key = models.CharField(max_length=64, unique=True, editable=False)
    # Of kind, cases and what was chosen: the same key with other content is another form.
    digest = models.CharField(max_length=64, editable=False)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(kind__in=BulkKind.values), name="cases_bulk_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}, {self.public_id}"


class BulkItem(models.Model):
    """What became of one case. `refused`: why not, in words for who asked."""

    action = models.ForeignKey(BulkAction, on_delete=models.CASCADE, related_name="items")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="bulk_items")
    outcome = models.CharField(max_length=8, choices=BulkOutcome.choices)
    refused = models.CharField(max_length=300, blank=True)
    done_at = models.DateTimeField(default=clock.now)
    # Whom the case was with before, and with whom it was then.
    before = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    given = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # The state of the case then: another one tells that somebody has changed it since.
    revision = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["action", "case"], name="cases_bulk_case_once"),
        ]

    def __str__(self) -> str:
        return f"{self.case}: {self.outcome}"


class CaseMerge(models.Model):
    """Reports and evidence of `source` went into `target`; `moved` says which, to undo it.

    `moved` holds primary keys: {"reports": [..], "evidence": [[pk, position before], ..],
    "respondents": [pk of rows made in the target, ..], "watchers": [the same, ..], "between":
    [[pk of a mark of retaliation between the two, its later case], ..], ..}.
    """

    public_id = models.UUIDField(default=ids.public_id, unique=True, editable=False)
    source = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="merges_out")
    target = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="merges_in")
    moved = models.JSONField(default=dict)
    merged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    merged_at = models.DateTimeField(_("joined"), default=clock.now)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=~Q(source=F("target")), name="cases_merge_two_cases"),
            models.UniqueConstraint(
                fields=["source"], condition=Q(undone_at__isnull=True), name="cases_merge_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} into {self.target}"


class CaseLink(models.Model):
    """Two cases that belong together. `one` has the lower primary key."""

    public_id = models.UUIDField(default=ids.public_id, unique=True, editable=False)
    one = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="links_on")
    other = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="links_back")
    kind = models.CharField(_("how"), max_length=12, choices=CaseLinkKind.choices)
    note = models.CharField(_("why"), max_length=300, blank=True)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    added_at = models.DateTimeField(_("linked"), default=clock.now)
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("link between cases")
        verbose_name_plural = _("links between cases")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(one__lt=F("other")), name="cases_link_lower_first"),
            models.CheckConstraint(
                condition=Q(kind__in=CaseLinkKind.values), name="cases_link_kind_known"
            ),
            models.UniqueConstraint(
                fields=["one", "other"],
                condition=Q(removed_at__isnull=True),
                name="cases_link_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.one}, {self.other}"


class Presence(models.Model):
    """When somebody of the desk last had a case open, and whether they were changing something."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="present")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="present_in"
    )
    seen_at = models.DateTimeField(default=clock.now)
    writing = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["case", "user"], name="cases_presence_once")
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.case}"


class Mention(models.Model):
    """Somebody of the desk was named in a note, so that they look at the case."""

    note = models.ForeignKey(Note, on_delete=models.CASCADE, related_name="mentions")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="mentioned_in"
    )
    seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["note", "user"], name="cases_mention_once")
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["user"], condition=Q(seen_at__isnull=True), name="cases_mention_unseen"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.note}"


class NoteFile(SealedFile):
    """A file with a note. It is no evidence: nothing is decided on it."""

    note = models.ForeignKey(Note, on_delete=models.PROTECT, related_name="files")


class DeadlinePause(models.Model):
    """The desk's time stands still for a reason; resumed, the deadline moves by what is missing."""

    public_id = models.UUIDField(default=ids.public_id, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="pauses")
    reason = models.CharField(_("reason"), max_length=500)
    due_before = models.DateTimeField(_("was due"))
    began_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    began_at = models.DateTimeField(_("paused"), default=clock.now)
    # Empty where it ended with the stage.
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_at = models.DateTimeField(_("went on"), null=True, blank=True)

    class Meta:
        verbose_name = _("pause")
        verbose_name_plural = _("pauses")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(ended_at__isnull=True),
                name="cases_pause_one_at_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case}"


class BadFaith(models.Model):
    """An officer found that a report was made in bad faith, and why (QU4).

    It rests on the report, never on a person: who sent it stays sealed.
    """

    report = models.OneToOneField(Report, on_delete=models.PROTECT, related_name="bad_faith")
    reasons = BoundedText(_("reasons"), max_length=4_000)
    found_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    found_at = models.DateTimeField(_("recorded"), default=clock.now)
    taken_back_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    taken_back_at = models.DateTimeField(null=True, blank=True)
    taken_back_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = _("report in bad faith")
        verbose_name_plural = _("reports in bad faith")

    def __str__(self) -> str:
        return f"{self.report}"
