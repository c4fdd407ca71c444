"""What the frame of every page needs, worked out only when a template asks for it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import get_language_info

from integrity.web import navigation

THEMES = ("auto", "light", "dark")
THEME_COOKIE = "theme"


class Frame:
    """Site, menus and the reader's own choices."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @property
    def site_name(self) -> str:
        """Name of the office."""
        return settings.SITE_NAME

    @property
    def organisation(self) -> str:
        """Name of the organisation it belongs to."""
        return settings.ORGANISATION_NAME

    @property
    def contact_email(self) -> str:
        """Where letters to the office go: the plain address of `DEFAULT_FROM_EMAIL`."""
        return settings.DEFAULT_FROM_EMAIL.rpartition("<")[2].rstrip(">").strip()

    @property
    def same_everywhere(self) -> bool:
        """Whether this page must not depend on its address: no forms, no marks, no messages."""
        return bool(getattr(self._request, "same_everywhere", False))

    @property
    def theme(self) -> str:
        """`light` or `dark` when the reader chose so, else "auto"."""
        chosen = self._request.COOKIES.get(THEME_COOKIE, "")
        return chosen if chosen in THEMES else "auto"

    @property
    def return_to(self) -> str:
        """This page's address, to come back to after a choice in the footer."""
        request = self._request
        return request.get_full_path() if request.method == "GET" else request.path

    @cached_property
    def languages(self) -> list[dict[str, Any]]:
        """Languages to choose from, each in its own name."""
        return [
            {"code": code, "name": get_language_info(code)["name_local"].capitalize()}
            for code, _name in settings.LANGUAGES
        ]

    @cached_property
    def main(self) -> list[navigation.Entry]:
        """Entries of the public masthead."""
        return navigation.entries(self._request, "main")

    @cached_property
    def desk(self) -> list[navigation.Entry]:
        """Entries of the desk's masthead."""
        return navigation.entries(self._request, "desk")

    @cached_property
    def tools(self) -> list[navigation.Entry]:
        """Entries at the end of the desk's masthead."""
        return navigation.entries(self._request, "tools")

    @cached_property
    def search(self) -> dict[str, Any] | None:
        """The desk's search box."""
        return navigation.search(self._request)

    @property
    def restriction(self) -> Any:
        """The restriction in force on the reader, as the middleware found it."""
        return getattr(self._request, "restriction", None)


def page(request: HttpRequest) -> dict[str, Frame]:
    """Context processor: `frame`. Views must not use that name for anything of theirs."""
    return {"frame": Frame(request)}
