"""Errors of the accounts app that are not about a person's doing."""


class MailUnavailable(Exception):
    """The mail server did not take a message of the sign-in pages; nothing was promised."""
