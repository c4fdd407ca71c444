"""Roles and restrictions."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a person does here. Everybody is a learner; a teacher teaches a course (see courses)."""

    MODERATOR = "moderator", _("Moderator")
    OFFICER = "officer", _("Officer")
    ADVISER = "adviser", _("Adviser")
    AUDITOR = "auditor", _("Auditor")
    ADMINISTRATOR = "administrator", _("Administrator")


class RestrictionKind(models.TextChoices):
    """Why somebody may use only letters, answers and appeals."""

    SUSPENDED = "suspended", _("Suspended")
    EXPELLED = "expelled", _("Expelled")
