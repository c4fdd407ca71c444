"""A mail server that fails where it is told to."""

from tests.notifications.raw_smtp import raw_smtp

__all__ = ["raw_smtp"]
