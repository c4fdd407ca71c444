"""Words of the learning record."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ProductKind(models.TextChoices):
    """What a programme leads to. It decides whose policy governs and who decides (PO5)."""

    COURSE = "course", _("Course")
    SPECIALIZATION = "specialization", _("Specialization")
    PROFESSIONAL_CERTIFICATE = "professional_certificate", _("Professional certificate")
    MASTERTRACK = "mastertrack", _("MasterTrack certificate")
    UNIVERSITY_CERTIFICATE = "university_certificate", _("University certificate")
    DEGREE = "degree", _("Degree")


# Cases in these are decided by the institution under its own policy.
DECIDED_BY_INSTITUTION = frozenset(
    {ProductKind.MASTERTRACK, ProductKind.UNIVERSITY_CERTIFICATE, ProductKind.DEGREE}
)


class EnrolmentStatus(models.TextChoices):
    ACTIVE = "active", _("Active")
    COMPLETED = "completed", _("Completed")
    LEFT = "left", _("Left")


class EffectKind(models.TextChoices):
    """What changes the learning record while it is active."""

    SCORE_ZERO = "score_zero", _("Score set to zero")
    CERTIFICATE_WITHHELD = "certificate_withheld", _("Certificate withheld")
    CERTIFICATE_REVOKED = "certificate_revoked", _("Certificate revoked")
    REMOVED_FROM_COURSE = "removed_from_course", _("Removed from the course")
    CONTENT_HIDDEN = "content_hidden", _("Content removed")
    CONTENT_REPLACED = "content_replaced", _("Content edited")
    BARRED_FROM_CHANNEL = "barred_from_channel", _("Barred from a channel")
    NO_MESSAGES = "no_messages", _("No direct messages")
    ROLE_ENDED = "role_ended", _("Role ended")


class CourseRole(models.TextChoices):
    """What somebody does for others in a course, beside learning."""

    MENTOR = "mentor", _("Mentor")
    ASSISTANT = "assistant", _("Teaching assistant")
    CHANNEL_MODERATOR = "channel_moderator", _("Moderator of a channel")
    SPEAKER = "speaker", _("Speaker")


class Permission(models.TextChoices):
    """Whether an assignment permits something (PO10)."""

    UNSAID = "unsaid", _("Not said")
    ALLOWED = "allowed", _("Allowed")
    LIMITED = "limited", _("Allowed within limits")
    FORBIDDEN = "forbidden", _("Not allowed")


class PostPlace(models.TextChoices):
    FORUM = "forum", _("Forum")
    PEER_REVIEW = "peer_review", _("Peer review")
    CHAT = "chat", _("Chat")
