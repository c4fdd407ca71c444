"""The pledge: what a learner promised in a course, text by text (PO6)."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from integrity.core import clock, ids
from policies.models.version import Version


class Pledge(models.Model):
    """Somebody agreed, in one course, to exactly one published version.

    Where the platform's code, the institution's and the course's own terms apply, a pledge is one
    row for each; they are made together. A pledge is never changed. It follows its learner into the
    account they keep when they close another (PO9).
    """

    public_id = models.UUIDField(default=ids.public_id, unique=True, editable=False)
    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="pledges",
        verbose_name=_("learner"),
    )
    course = models.ForeignKey(
        "courses.Course",
        on_delete=models.PROTECT,
        related_name="pledges",
        verbose_name=_("course"),
    )
    version = models.ForeignKey(
        Version, on_delete=models.PROTECT, related_name="pledges", verbose_name=_("version")
    )
    made_at = models.DateTimeField(_("pledged"), default=clock.now)

    class Meta:
        verbose_name = _("pledge")
        verbose_name_plural = _("pledges")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # A form sent twice is one pledge.
            models.UniqueConstraint(
                fields=["learner", "course", "version"], name="policies_pledge_once"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # Who has pledged a version in a course, and who has not: read page by page.
            models.Index(fields=["version", "course", "learner"], name="policies_pledge_list"),
        ]

    def __str__(self) -> str:
        return f"{self.learner}, {self.course}, {self.version}"
