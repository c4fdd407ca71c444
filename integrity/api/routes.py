"""Addresses of resources: with or without a slash at the end, and never with a suffix."""

from __future__ import annotations

from django.urls import URLPattern, re_path

from integrity.api.views import ApiView

NUMBER = r"(?P<number>[A-Za-z0-9-]{1,20})"


def one(name: str) -> str:
    """The part of an address that names an object by its random id."""
    return rf"(?P<{name}>[0-9a-f]{{8}}(?:-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}})"


def resource(address: str, view: type[ApiView], name: str) -> URLPattern:
    """The view at `address`, a pattern without its ends."""
    return re_path(rf"^{address}/?$", view.as_view(), name=name)
