"""What whoever reported writes to the desk."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.evidence.accept import ACCEPT
from cases.services.dialogue import BODY_LENGTH
from integrity.web.forms import ManyFilesField, ManyFilesInput, OnceForm, TextField


class MessageForm(OnceForm):
    """A message with files. `asked`: the desk wrote last, and it is an answer."""

    body = TextField(max_length=BODY_LENGTH, rows=5)
    uploads = ManyFilesField(
        label=_("Files"),
        help_text=_(
            "Pictures, PDF or text, up to 10 MB each and 16 MB at once. We take hidden details out "
            "of the copy that people see. What is in the picture or the text itself stays: look "
            "whether it shows who you are."
        ),
        required=False,
        widget=ManyFilesInput(attrs={"accept": ACCEPT, "multiple": True}),
    )

    def __init__(self, data: Any = None, *args: Any, asked: bool = False, **kwargs: Any) -> None:
        super().__init__(data, *args, **kwargs)
        body: Any = self.fields["body"]
        if asked:
            body.label = _("Your answer")
            body.help_text = _("Only what you know yourself. You do not have to answer.")
            body.error_messages["required"] = _("Write your answer.")
        else:
            body.label = _("Your message")
            body.help_text = _("What you want to add or to ask. Only what you know yourself.")
            body.error_messages["required"] = _("Write your message.")
