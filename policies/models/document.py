"""The document: what stays the same while its versions follow one another."""

from __future__ import annotations

from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from policies.enums import DocumentKind

# Addresses below /policies/ and /policies/manage/ that are no policy.
RESERVED_SLUGS = frozenset({"mailings", "manage", "new", "questions", "reviews"})


class Document(models.Model):
    """An honor code, a code of conduct or terms of use.

    Without an institution it is the platform's; with one it supplements the platform's (PO5). With
    a course as well it holds the additional terms of that course alone.
    """

    slug = models.SlugField(_("short name"), max_length=80, unique=True)
    kind = models.CharField(_("kind"), max_length=20, choices=DocumentKind.choices)
    title = models.CharField(_("title"), max_length=200)
    summary = models.CharField(_("in one sentence"), max_length=400, blank=True)
    institution = models.ForeignKey(
        "courses.Institution",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="policy_documents",
        verbose_name=_("institution"),
    )
    course = models.ForeignKey(
        "courses.Course",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="policy_documents",
        verbose_name=_("course"),
        help_text=_("For the additional terms of one course"),
    )
    needs_pledge = models.BooleanField(_("learners pledge to it in every course"), default=False)

    class Meta:
        verbose_name = _("policy")
        verbose_name_plural = _("policies")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(kind__in=DocumentKind.values), name="policies_document_kind_known"
            ),
            models.CheckConstraint(
                condition=~Q(slug="") & ~Q(title=""), name="policies_document_has_name"
            ),
            # A course has an owner, so its terms have one too.
            models.CheckConstraint(
                condition=Q(course__isnull=True) | Q(institution__isnull=False),
                name="policies_document_course_owned",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        """Raises `ValidationError` for a short name that stands for something else here."""
        if self.slug in RESERVED_SLUGS:
            raise ValidationError({"slug": _("This short name is taken by a page of ours.")})

    def get_absolute_url(self) -> str:
        return reverse("policies:document", args=[self.slug])

    @property
    def owner_zone(self) -> str:
        """The zone in which a bare date of this policy begins (PO4). The platform's is UTC."""
        return self.institution.time_zone if self.institution else "UTC"
