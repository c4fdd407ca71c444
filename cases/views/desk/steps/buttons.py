"""A step as a button, and the next one with what is missing before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.functional import Promise

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Button:
    """A step as a button: a page to go to, or with `post` a form that does it at once."""

    label: Text
    url: str
    post: bool = False
    main: bool = False


@dataclass(frozen=True)
class Next:
    """The next step in words, its buttons, and what is still missing before it."""

    title: Text
    text: Text = ""
    buttons: list[Button] = field(default_factory=list)
    missing: Sequence[Text] = ()
