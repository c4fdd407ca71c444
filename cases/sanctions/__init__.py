"""One handler per consequence, each able to carry it out and to take it back."""

from cases.sanctions.base import Handler, codes, handler
from cases.sanctions.record import AssignmentFailed, CertificateWithheld
from cases.sanctions.standing import NoAction, SpokenWarning, TemporarySuspension, WrittenWarning

__all__ = [
    "AssignmentFailed",
    "CertificateWithheld",
    "Handler",
    "NoAction",
    "SpokenWarning",
    "TemporarySuspension",
    "WrittenWarning",
    "codes",
    "handler",
]
