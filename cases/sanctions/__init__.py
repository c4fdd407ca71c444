"""One handler per consequence, each able to carry it out and to take it back.

`record` holds those on scores, certificates and places in courses, `content` those on posts,
`contact` those on messages, channels and roles, `standing` those on a person's standing. A new one
is a subclass of `Handler` there; its code must be in `policies.enums.ConsequenceCode`.
"""

from cases.sanctions import contact, content, record, standing
from cases.sanctions.base import Handler, codes, handler

__all__ = ["Handler", "codes", "contact", "content", "handler", "record", "standing"]
