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


class MatchStatus(models.TextChoices):
    """Where a pair of accounts stands that may belong to one person (PO9)."""

    FOUND = "found", _("To be looked at")
    DISMISSED = "dismissed", _("Two people")
    ASKED = "asked", _("Person asked")
    DENIED = "denied", _("Person says: not mine")
    CLOSED = "closed", _("One account closed")
