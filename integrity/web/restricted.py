"""What somebody who is suspended or expelled may still do: an allow-list, nothing by default."""

from __future__ import annotations

_allowed: set[str] = set()


def allow(*url_names: str) -> None:
    """Let people under a restriction reach these URL names (with namespace, as in `reverse`)."""
    _allowed.update(url_names)


def is_allowed(url_name: str) -> bool:
    """Whether the URL name is on the list."""
    return url_name in _allowed


def allowed() -> frozenset[str]:
    """The whole list."""
    return frozenset(_allowed)
