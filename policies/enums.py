"""Words of the policies. Values are stored, exported and named in files: they do not change."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class DocumentKind(models.TextChoices):
    HONOR_CODE = "honor_code", _("Honor code")
    CODE_OF_CONDUCT = "code_of_conduct", _("Code of conduct")
    TERMS = "terms", _("Terms of use")


class VersionStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")


class ViolationKind(models.TextChoices):
    ACADEMIC = "academic", _("Academic integrity")
    CONDUCT = "conduct", _("Conduct")


class StandardOfProof(models.TextChoices):
    """How sure a decider has to be."""

    BALANCE = "balance_of_probabilities", _("More likely than not")
    CLEAR = "clear_and_convincing", _("Clear and convincing")
    BEYOND_DOUBT = "beyond_reasonable_doubt", _("No reasonable doubt left")


class ClockStart(models.TextChoices):
    """What starts the time a learner has to answer a notice (PR1)."""

    SENT = "sent", _("When the letter is written")
    DELIVERED = "delivered", _("When the letter is delivered")
    READ = "read", _("When the letter is opened, or ten working days after it was delivered")


class TakesAway(models.TextChoices):
    """What a consequence takes away. Anything here needs a second officer (PR4)."""

    CERTIFICATE = "certificate", _("a certificate")
    ACCESS = "access", _("access")
    MEMBERSHIP = "membership", _("a membership")


class GoverningBasis(models.TextChoices):
    """How it was settled which text governs a case (PO4)."""

    INSTANT = "instant", _("The text in force at the instant of the incident")
    DAY = "day", _("The text in force on that day")
    KINDER = "kinder", _("Two texts were in force that day; the kinder one governs")
    RECEIVED = "received", _("Nobody said when; the text in force when we received the report")
    NONE = "none", _("No text was in force then")


class SchemeKind(models.TextChoices):
    LADDER = "ladder", _("Ladder")
    TARIFF = "tariff", _("Points tariff")
    TABLE = "table", _("Rule table")


class PledgeState(models.TextChoices):
    """How far a learner is with the texts of a course (PO6)."""

    PLEDGED = "pledged", _("Pledged")
    IN_GRACE = "in_grace", _("To pledge again")
    WAITING = "waiting", _("Not pledged")
    NOTHING = "nothing", _("Nothing to pledge")


class MailingKind(models.TextChoices):
    """What a message to very many people is about."""

    PLEDGE_REMINDER = "pledge_reminder", _("Reminder to pledge")
    NEW_VERSION = "new_version", _("A new version")
    DISSEMINATION = "dissemination", _("The policy, once a year")


class ReviewCapacity(models.TextChoices):
    """The three groups of which somebody has to take part in a review (PO7)."""

    LEARNER = "learner", _("Learner")
    INSTRUCTOR = "instructor", _("Instructor")
    ADMINISTRATOR = "administrator", _("Administrator")


class Medium(models.TextChoices):
    """How a policy was brought before everybody (PO7)."""

    EMAIL = "email", _("Email")
    BANNER = "banner", _("Notice on the site")
    COURSE = "course", _("Course pages")
    SOCIAL = "social", _("Social media")
    PRINT = "print", _("Print or poster")
    EVENT = "event", _("Event or meeting")
    OTHER = "other", _("Something else")


class ConsequenceCode(models.TextChoices):
    """The catalogue (SA5). `cases.sanctions` has one handler for each code it can carry out.

    What a new code needs besides: docs/how-to/add-a-consequence.md.
    """

    NO_ACTION = "no_action", _("No action")
    WARNING_VERBAL = "warning_verbal", _("Spoken warning")
    WARNING_WRITTEN = "warning_written", _("Written warning")
    ASSIGNMENT_FAILED = "assignment_failed", _("Assignment failed, score zero")
    NO_CREDIT = "no_credit", _("No credit for the assignment")
    RESUBMISSION = "resubmission", _("Hand in again")
    CERTIFICATE_WITHHELD = "certificate_withheld", _("Certificate withheld")
    CERTIFICATE_REVOKED = "certificate_revoked", _("Certificate revoked")
    REMOVAL_FROM_COURSE = "removal_from_course", _("Removal from the course")
    REMOVAL_FROM_PROGRAMME = "removal_from_programme", _("Removal from the programme")
    TEMPORARY_SUSPENSION = "temporary_suspension", _("Account suspended for a time")
    EXPULSION = "expulsion", _("Expulsion from the platform")
    CONTENT_REMOVED = "content_removed", _("Content removed")
    CONTENT_EDITED = "content_edited", _("Content edited")
    NO_CONTACT = "no_contact", _("No direct messages to named people")
    NO_DIRECT_MESSAGES = "no_direct_messages", _("No direct messages to anyone")
    BARRED_FROM_CHANNELS = "barred_from_channels", _("Barred from channels")
    TALK_NOT_PUBLISHED = "talk_not_published", _("Talk not published")
    ROLES_ENDED = "roles_ended", _("Roles ended")
    BARRED_FROM_ROLES = "barred_from_roles", _("Barred from roles")
    LEAVE_NOW = "leave_now", _("Leave the course or channel now, no return")
    REMOVED_FROM_LISTS = "removed_from_lists", _("Removed from chats or mailing lists")
    RIGHTS_ENDED = "rights_ended", _("Administrator or moderator rights ended")
    MEMBERSHIP_ENDED = "membership_ended", _("Membership of an institution ended")
    EDUCATIONAL_TASK = "educational_task", _("Educational task")
    OTHER_ACTION = "other_action", _("Other action, in words")


# What each code takes away unless a policy says otherwise; what depends on how it is given (a bar
# with or without an end) is decided by its handler.
TAKES_AWAY: dict[str, str] = {
    ConsequenceCode.CERTIFICATE_WITHHELD: TakesAway.CERTIFICATE,
    ConsequenceCode.CERTIFICATE_REVOKED: TakesAway.CERTIFICATE,
    ConsequenceCode.REMOVAL_FROM_COURSE: TakesAway.ACCESS,
    ConsequenceCode.REMOVAL_FROM_PROGRAMME: TakesAway.ACCESS,
    ConsequenceCode.TEMPORARY_SUSPENSION: TakesAway.ACCESS,
    ConsequenceCode.EXPULSION: TakesAway.ACCESS,
    ConsequenceCode.LEAVE_NOW: TakesAway.ACCESS,
    ConsequenceCode.REMOVED_FROM_LISTS: TakesAway.ACCESS,
    ConsequenceCode.MEMBERSHIP_ENDED: TakesAway.MEMBERSHIP,
}
