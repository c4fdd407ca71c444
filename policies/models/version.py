"""A version of a policy and what belongs to it. Once published nothing of it changes.

The database refuses it by triggers (see `policies.triggers`); the guards here say it first, in
words.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from integrity.core.errors import Conflict
from integrity.core.fields import BoundedText
from policies.enums import (
    ClockStart,
    ConsequenceCode,
    StandardOfProof,
    TakesAway,
    VersionStatus,
    ViolationKind,
)
from policies.models.document import Document
from policies.validators import validate_elements, validate_grounds

BODY_LIMIT = 200_000
WINDOW = [MinValueValidator(1), MaxValueValidator(365)]


def default_grounds() -> list[dict[str, str]]:
    """Grounds of appeal that a version has when nobody says otherwise."""
    return [
        {"code": "new_evidence", "title": "There is something new that nobody knew before."},
        {"code": "procedure", "title": "A step that should have been taken was left out."},
        {"code": "facts", "title": "The facts were got wrong."},
        {"code": "too_severe", "title": "The consequence is too hard for what happened."},
    ]


class Version(models.Model):
    """One text of a policy, in force from `effective_at` until the next one takes effect.

    Windows are working days. An empty window or standard on an institution's policy means: as the
    platform says (PO5); `rules.process_terms` gives what holds.
    """

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("number"))
    body = BoundedText(_("text"), max_length=BODY_LIMIT, help_text=_("Markdown"))
    status = models.CharField(
        _("status"), max_length=10, choices=VersionStatus.choices, default=VersionStatus.DRAFT
    )
    effective_at = models.DateTimeField(_("takes effect"))
    published_at = models.DateTimeField(_("last updated"), null=True, blank=True)
    change_summary = models.CharField(_("what changed"), max_length=1000, blank=True)
    language = models.CharField(_("language"), max_length=10, default="en")
    no_refunds = models.CharField(_("no refunds"), max_length=1000, blank=True)
    pledge = BoundedText(
        _("what learners promise"),
        max_length=4_000,
        blank=True,
        help_text=_("Markdown; shown above the button with which a learner pledges"),
    )
    # Days in which a learner who pledged to an earlier version may go on without pledging anew.
    pledge_grace_days = models.PositiveSmallIntegerField(
        _("days to pledge to a new version"), default=14, validators=[MaxValueValidator(365)]
    )
    response_working_days = models.PositiveSmallIntegerField(
        _("working days to answer"), null=True, blank=True, default=10, validators=WINDOW
    )
    extension_working_days = models.PositiveSmallIntegerField(
        _("working days of an extension"), null=True, blank=True, default=5, validators=WINDOW
    )
    appeal_working_days = models.PositiveSmallIntegerField(
        _("working days to appeal"), null=True, blank=True, default=10, validators=WINDOW
    )
    clock_starts = models.CharField(
        _("the time to answer starts"),
        max_length=10,
        choices=ClockStart.choices,
        default=ClockStart.DELIVERED,
        blank=True,
    )
    standard_of_proof = models.CharField(
        _("standard of proof"),
        max_length=40,
        choices=StandardOfProof.choices,
        default=StandardOfProof.BALANCE,
        blank=True,
    )
    appeal_grounds = models.JSONField(
        _("grounds of appeal"), default=default_grounds, blank=True, validators=[validate_grounds]
    )

    class Meta:
        verbose_name = _("policy version")
        verbose_name_plural = _("policy versions")
        ordering: ClassVar[list[str]] = ["document_id", "-number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["document", "number"], name="policies_version_number"),
            models.CheckConstraint(condition=Q(number__gte=1), name="policies_version_from_one"),
            models.CheckConstraint(
                condition=Q(status__in=VersionStatus.values), name="policies_version_status_known"
            ),
            models.CheckConstraint(
                condition=Q(status="draft", published_at__isnull=True)
                | Q(status="published", published_at__isnull=False),
                name="policies_version_published_has_time",
            ),
            models.CheckConstraint(
                condition=Q(published_at__isnull=True) | Q(published_at__lte=F("effective_at")),
                name="policies_version_never_retroactive",
            ),
            models.CheckConstraint(
                condition=~Q(status="published") | ~Q(body=""), name="policies_version_has_text"
            ),
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{name}__isnull": True})
                    | Q(**{f"{name}__gte": 1, f"{name}__lte": 365}),
                    name=f"policies_version_{name}",
                )
                for name in (
                    "response_working_days",
                    "extension_working_days",
                    "appeal_working_days",
                )
            ),
            models.CheckConstraint(
                condition=Q(pledge_grace_days__lte=365), name="policies_version_grace_days"
            ),
            models.CheckConstraint(
                condition=Q(clock_starts="") | Q(clock_starts__in=ClockStart.values),
                name="policies_version_clock_known",
            ),
            models.CheckConstraint(
                condition=Q(standard_of_proof="") | Q(standard_of_proof__in=StandardOfProof.values),
                name="policies_version_standard_known",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # "What governs at this instant" reads one entry of it.
            models.Index(
                fields=["document", "status", "-effective_at", "-number"],
                name="policies_version_governing",
            )
        ]

    def __str__(self) -> str:
        return gettext("%(title)s, version %(number)s") % {
            "title": self.document.title,
            "number": self.number,
        }

    def get_absolute_url(self) -> str:
        return reverse("policies:version", args=[self.document.slug, self.number])

    @property
    def is_published(self) -> bool:
        return self.status == VersionStatus.PUBLISHED

    @property
    def starts_on(self) -> date:
        """The day on which it takes effect, in the zone of the policy's owner."""
        return self.effective_at.astimezone(ZoneInfo(self.document.owner_zone)).date()

    @property
    def updated_on(self) -> date | None:
        """The day on which it was published, in the zone of the policy's owner."""
        if self.published_at is None:
            return None
        return self.published_at.astimezone(ZoneInfo(self.document.owner_zone)).date()

    def in_effect_at(self, at: datetime) -> bool:
        """Whether this version has taken effect by `at`; a later one may have replaced it."""
        return self.is_published and self.effective_at <= at

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk:
            refuse_when_published(self.pk)
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        refuse_when_published(self.pk)
        return super().delete(*args, **kwargs)


def refuse_when_published(version_id: int) -> None:
    """Raise `Conflict` when the stored version is published."""
    if Version.objects.filter(pk=version_id, status=VersionStatus.PUBLISHED).exists():
        raise Conflict(_("A published version never changes. Please start a new version."))


class PartOfVersion(models.Model):
    """Something a version names. It may change only while the version is a draft."""

    version = models.ForeignKey(Version, on_delete=models.CASCADE)
    title = models.CharField(_("title"), max_length=200)
    description = BoundedText(_("description"), max_length=4_000, blank=True)
    clause = models.CharField(
        _("clause"), max_length=20, blank=True, help_text=_("Number of the clause, such as 3.1")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    code: Any

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.title

    @property
    def anchor(self) -> str:
        """Where the clause stands on the page of the version; empty when it names none."""
        return f"p{self.clause.replace('.', '-')}" if self.clause else ""

    def get_absolute_url(self) -> str:
        """The clause in the text of exactly this version."""
        page = self.version.get_absolute_url()
        return f"{page}#{self.anchor}" if self.anchor else page

    def save(self, *args: Any, **kwargs: Any) -> None:
        refuse_when_published(self.version_id)
        if self.pk:
            # Moving something out of a published version changes that version as well.
            stored = type(self)._default_manager.filter(pk=self.pk)  # noqa: SLF001 - public by docs
            for version_id in stored.values_list("version_id", flat=True):
                refuse_when_published(version_id)
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        refuse_when_published(self.version_id)
        return super().delete(*args, **kwargs)


class ViolationType(PartOfVersion):
    """Something that breaks the policy. `elements` are the things that have to be shown."""

    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="violation_types")
    code = models.SlugField(_("code"), max_length=60)
    kind = models.CharField(_("kind"), max_length=10, choices=ViolationKind.choices)
    urgent = models.BooleanField(_("urgent"), default=False)
    elements = models.JSONField(
        _("what has to be shown"), default=list, blank=True, validators=[validate_elements]
    )

    class Meta:
        verbose_name = _("violation type")
        verbose_name_plural = _("violation types")
        ordering: ClassVar[list[str]] = ["position", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["version", "code"], name="policies_violation_once"),
            models.CheckConstraint(
                condition=Q(kind__in=ViolationKind.values), name="policies_violation_kind_known"
            ),
            models.CheckConstraint(
                condition=~Q(code="") & ~Q(title=""), name="policies_violation_has_name"
            ),
        ]


class Consequence(PartOfVersion):
    """Something that may follow. `code` is the handler that carries it out."""

    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="consequences")
    code = models.CharField(_("code"), max_length=40, choices=ConsequenceCode.choices)
    takes_away = models.CharField(
        _("takes away"), max_length=12, choices=TakesAway.choices, blank=True
    )

    class Meta:
        verbose_name = _("consequence")
        verbose_name_plural = _("consequences")
        ordering: ClassVar[list[str]] = ["position", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["version", "code"], name="policies_consequence_once"),
            models.CheckConstraint(
                condition=Q(code__in=ConsequenceCode.values), name="policies_consequence_code_known"
            ),
            models.CheckConstraint(
                condition=Q(takes_away="") | Q(takes_away__in=TakesAway.values),
                name="policies_consequence_takes_known",
            ),
        ]
