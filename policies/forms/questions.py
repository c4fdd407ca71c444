"""Forms of a question about a policy: the reader's, and the desk's answer."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from integrity.web.forms import TOKEN_FIELD, Form, OnceForm, TextField


class AskForm(OnceForm):
    """What somebody would like to know about a clause."""

    text = TextField(
        label=_("What would you like to know?"),
        help_text=_(
            "Ask about the rule. Leave out who did what: "
            "to tell us about something that happened, send a report."
        ),
        max_length=2_000,
        rows=6,
        missing=_("Say what you would like to know"),
    )

    @property
    def key(self) -> str:
        """The key of this filling-in, of a valid form."""
        return str(self.cleaned_data[TOKEN_FIELD])


class AnswerForm(Form):
    """The answer. It is given once."""

    text = TextField(
        label=_("Answer"),
        help_text=_("Whoever asked gets it in a letter, without your name."),
        max_length=4_000,
        rows=8,
        missing=_("Write an answer"),
    )
