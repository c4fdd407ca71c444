"""How allauth works here: names, languages, and mail that fails in the open."""

from __future__ import annotations

import logging
from smtplib import SMTPException
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django import forms
from django.conf import settings
from django.http import HttpRequest
from django.utils import translation

from integrity.accounts.errors import MailUnavailable
from integrity.accounts.models import User

logger = logging.getLogger(__name__)


class AccountAdapter(DefaultAccountAdapter):
    """allauth's own rules hold (local `next` only, same answer for known and unknown addresses).

    Added: a new account keeps the name and the language it was made with; mail goes out in the
    language of the account it is for; a mail server that does not answer is `MailUnavailable` (503)
    for known and unknown addresses alike, never a page that promises an email.
    """

    def save_user(
        self, request: HttpRequest, user: User, form: forms.Form, commit: bool = True
    ) -> User:
        """Name and language come with the account."""
        user.display_name = form.cleaned_data.get("display_name", "")
        language = translation.get_language() or settings.LANGUAGE_CODE
        user.language = language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        saved: User = super().save_user(request, user, form, commit)
        return saved

    def clean_email(self, email: str) -> str:
        """Addresses are kept in lower case."""
        return str(super().clean_email(email)).strip().lower()

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send one message of the sign-in pages now. Raises `MailUnavailable`."""
        user = context.get("user")
        language = getattr(user, "language", None) or translation.get_language()
        extra = {"site_name": settings.SITE_NAME, "organisation": settings.ORGANISATION_NAME}
        try:
            with translation.override(language):
                super().send_mail(template_prefix, email, {**context, **extra})
        except (SMTPException, OSError) as error:
            logger.error("account mail not sent: %s", type(error).__name__)
            raise MailUnavailable from error
