"""Schemes that recommend a consequence. A published version never changes."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from integrity.core.errors import Conflict
from policies.enums import SchemeKind, VersionStatus
from policies.models.version import Version


class Scheme(models.Model):
    """A ladder, a points tariff or a rule table, known by its slug."""

    slug = models.SlugField(_("short name"), max_length=80, unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=SchemeKind.choices)
    title = models.CharField(_("title"), max_length=200)
    institution = models.ForeignKey(
        "courses.Institution",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="schemes",
        verbose_name=_("institution"),
    )

    class Meta:
        verbose_name = _("scheme")
        verbose_name_plural = _("schemes")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(kind__in=SchemeKind.values), name="policies_scheme_kind_known"
            ),
            models.CheckConstraint(
                condition=~Q(slug="") & ~Q(title=""), name="policies_scheme_has_name"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class SchemeVersion(models.Model):
    """The scheme file (`docs/schemes.md`) that holds from `effective_at` on.

    `policy_version` is the policy it goes with, as it stood when the scheme was made.
    """

    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("number"))
    data = models.JSONField(_("scheme file"))
    policy_version = models.ForeignKey(
        Version,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="scheme_versions",
        verbose_name=_("policy version"),
    )
    status = models.CharField(
        _("status"), max_length=10, choices=VersionStatus.choices, default=VersionStatus.DRAFT
    )
    effective_at = models.DateTimeField(_("takes effect"))
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=1000, blank=True)

    class Meta:
        verbose_name = _("scheme version")
        verbose_name_plural = _("scheme versions")
        ordering: ClassVar[list[str]] = ["scheme_id", "-number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["scheme", "number"], name="policies_scheme_number"),
            models.CheckConstraint(condition=Q(number__gte=1), name="policies_scheme_from_one"),
            models.CheckConstraint(
                condition=Q(status="draft", published_at__isnull=True)
                | Q(status="published", published_at__isnull=False),
                name="policies_scheme_published_has_time",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["scheme", "status", "-effective_at", "-number"],
                name="policies_scheme_governing",
            )
        ]

    def __str__(self) -> str:
        return gettext("%(title)s, version %(number)s") % {
            "title": self.scheme.title,
            "number": self.number,
        }

    @property
    def is_published(self) -> bool:
        return self.status == VersionStatus.PUBLISHED

    def _refuse_when_published(self) -> None:
        stored = SchemeVersion.objects.filter(pk=self.pk, status=VersionStatus.PUBLISHED)
        if self.pk and stored.exists():
            raise Conflict(_("A published scheme never changes. Please start a new version."))

    def save(self, *args: Any, **kwargs: Any) -> None:
        self._refuse_when_published()
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        self._refuse_when_published()
        return super().delete(*args, **kwargs)
