"""What changes the learning record and what people write in courses, one module per noun."""

from integrity.courses.services.community import post_in_channel, send_message
from integrity.courses.services.effects import apply_effect, reverse_effects, settle_certificate
from integrity.courses.services.teaching import note_teaching
from integrity.courses.services.terms import set_terms

__all__ = [
    "apply_effect",
    "note_teaching",
    "post_in_channel",
    "reverse_effects",
    "send_message",
    "set_terms",
    "settle_certificate",
]
