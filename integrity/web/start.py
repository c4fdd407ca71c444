"""What the public start page offers. Apps register their parts: it names only what is there.

A part whose address does not exist is a programming error and shows as one (`NoReverseMatch`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise

Text = str | Promise


@dataclass(frozen=True, kw_only=True)
class Path:
    """A way to report: a line of the list on the start page. `main` is the page's main button."""

    key: str
    label: Text
    hint: Text
    icon: str
    url_name: str
    order: int = 100


@dataclass(frozen=True, kw_only=True)
class Policy:
    """A line of the table of policies in force."""

    title: str
    url: str
    version: str
    since: Any
    changed: str = ""
    changed_url: str = ""


_paths: dict[str, Path] = {}
_single: dict[str, str] = {}
_policies: list[Callable[[HttpRequest], Sequence[Policy]]] = []


def register_path(path: Path) -> None:
    """Add a way to report; the same key again replaces it."""
    _paths[path.key] = path


def register_report(*, url_name: str) -> None:
    """The address behind the main button, "Start a report"."""
    _single["report"] = url_name


def register_follow(*, url_name: str) -> None:
    """The address that takes a receipt code by POST as `code`."""
    _single["follow"] = url_name


def register_policies(selector: Callable[[HttpRequest], Sequence[Policy]]) -> None:
    """The policies in force for the table; may cost one query."""
    _policies[:] = [selector]


def content(request: HttpRequest) -> dict[str, Any]:
    """Everything the start page shows."""
    return {
        "paths": [
            {"label": p.label, "hint": p.hint, "icon": p.icon, "url": reverse(p.url_name)}
            for p in sorted(_paths.values(), key=lambda p: (p.order, p.key))
        ],
        "report_url": reverse(_single["report"]) if "report" in _single else "",
        "follow_url": reverse(_single["follow"]) if "follow" in _single else "",
        "policies": list(_policies[0](request)) if _policies else [],
    }
