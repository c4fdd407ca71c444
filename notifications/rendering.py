"""From a payload to the text that leaves the house.

Rendering happens when the message is queued, inside the decision's own transaction: a letter that
cannot be written completely stops the decision, and the letter read later is the one decided upon.
"""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, NoReturn
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import nh3
from django.conf import settings
from django.template import Context, Engine, TemplateDoesNotExist
from django.utils import timezone, translation

from notifications.errors import LetterRefused, UnfilledPlaceholder
from notifications.recipients import Recipient
from notifications.registry import Event, checked

SUBJECT_LENGTH = 150
# What a letter may consist of. Payload text is escaped already; this holds should a template slip.
TAGS = {
    "h2", "h3", "p", "br", "ul", "ol", "li", "dl", "dt", "dd", "a", "strong", "em",
    "blockquote", "time", "section", "div",
}  # fmt: skip
ATTRIBUTES = {"a": {"href"}, "time": {"datetime"}}
CLASSES = {
    "a": {"letter-act"},
    "section": {"letter-part"},
    "div": {"letter-key", "letter-quote"},
    "p": {"letter-lead", "letter-big", "letter-note"},
    "ul": {"letter-items"},
    "dl": {"letter-facts"},
}


class _Refusing(str):
    """Django shows this where a placeholder has no value; being shown raises instead.

    Django tests it for "%s" and, finding that, formats it with the placeholder.
    """

    __slots__ = ()

    def __new__(cls) -> _Refusing:
        return super().__new__(cls, "%s")

    def __mod__(self, placeholder: object) -> NoReturn:
        raise UnfilledPlaceholder(f"Unfilled placeholder: {placeholder}")


class _Strict(Context):
    """A context in which asking for an unknown name raises, and is remembered.

    Remembered, because the operators of `{% if %}` swallow every exception.
    """

    def __init__(self, values: dict[str, Any], *, autoescape: bool) -> None:
        self.unknown: list[str] = []
        strict = {name: _strict(value, name, self.unknown) for name, value in values.items()}
        super().__init__(strict, autoescape=autoescape, use_tz=True)

    def __getitem__(self, key: Any) -> Any:
        if key not in self:
            self.unknown.append(str(key))
            raise UnfilledPlaceholder(f"Unknown placeholder: {key}")
        return super().__getitem__(key)


class _Item:
    """An entry of a list in the payload, as strict as the context."""

    def __init__(self, item: Any, path: str, unknown: list[str]) -> None:
        self._values = {
            name: _strict(value, f"{path}.{name}", unknown) for name, value in _values(item).items()
        }
        self._path = path
        self._unknown = unknown

    def __getitem__(self, name: str) -> Any:
        if name not in self._values:
            self._unknown.append(f"{self._path}.{name}")
            raise UnfilledPlaceholder(f"Unknown placeholder: {self._path}.{name}")
        return self._values[name]

    def __str__(self) -> str:
        self._unknown.append(self._path)
        raise UnfilledPlaceholder(f"A placeholder needs a field: {self._path}")


def _values(item: Any) -> dict[str, Any]:
    return {field.name: getattr(item, field.name) for field in dataclasses.fields(item)}


def _strict(value: Any, path: str, unknown: list[str]) -> Any:
    if dataclasses.is_dataclass(value):
        return _Item(value, path, unknown)
    if isinstance(value, tuple):
        return tuple(_strict(entry, path, unknown) for entry in value)
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A message ready to be stored. `html` is empty when no letter goes with it."""

    subject: str
    text: str = field(repr=False)
    title: str
    html: str = field(repr=False)


@cache
def _engine(autoescape: bool) -> Engine:
    folders: Any = settings.TEMPLATES[0]["DIRS"]
    return Engine(
        dirs=list(folders),
        string_if_invalid=_Refusing(),
        autoescape=autoescape,
        libraries={
            "i18n": "django.templatetags.i18n",
            "tz": "django.templatetags.tz",
            "letters": "notifications.templatetags.letters",
        },
        builtins=["django.templatetags.i18n", "notifications.templatetags.letters"],
    )


def render(
    event: Event, payload: Any, *, recipient: Recipient, letter: bool, at: datetime
) -> Rendered:
    """The message in the recipient's language and time zone.

    Raises `LetterRefused`: `PayloadRefused` for a payload that is not the event's, and
    `UnfilledPlaceholder` when a template names what the payload does not hold.
    """
    payload = checked(event, payload)
    values = _values(payload) | {
        "recipient_name": recipient.name,
        "letters_url": f"{settings.SITE_URL}/my/letters/",
        "site_name": settings.SITE_NAME,
        "organisation": settings.ORGANISATION_NAME,
        "written_at": at,
    }
    folder = f"notifications/{event.name}"
    with (
        translation.override(language(recipient.language)),
        timezone.override(zone(recipient.time_zone)),
    ):
        subject = _single_line(_render(f"{folder}/subject.txt", values, autoescape=False))
        text = _tidy(_render(f"{folder}/email.txt", values, autoescape=False))
        html = _render(f"{folder}/letter.html", values, autoescape=True) if letter else ""
        title = str(event.title)
    if not subject or not text.strip():
        raise LetterRefused(f"{event.name} renders to nothing.")
    return Rendered(subject=subject, text=text, title=title, html=sanitised(html))


def language(code: str) -> str:
    """The nearest language the product speaks; its default for an unknown one."""
    try:
        return translation.get_supported_language_variant(code)
    except LookupError:
        return settings.LANGUAGE_CODE


def zone(name: str) -> ZoneInfo:
    """The reader's time zone; UTC for an unknown one, because a letter must not fail over it."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def sanitised(html: str) -> str:
    """Only what a letter consists of; links to pages of this site or to the web, nothing else."""
    return nh3.clean(
        html,
        tags=TAGS,
        attributes=ATTRIBUTES,
        allowed_classes=CLASSES,
        url_schemes={"https", "http", "mailto"},
        link_rel="noopener noreferrer",
        strip_comments=True,
    )


def _render(name: str, values: dict[str, Any], *, autoescape: bool) -> str:
    try:
        template = _engine(autoescape).get_template(name)
    except TemplateDoesNotExist as error:
        raise LetterRefused(f"No template {error}") from error
    context = _Strict(values, autoescape=autoescape)
    text = template.render(context)
    if context.unknown:
        raise UnfilledPlaceholder(f"Unknown placeholders: {', '.join(context.unknown)}")
    return text


def _single_line(text: str) -> str:
    """A subject is one line without control characters, whatever was filled in."""
    line = "".join(char if char.isprintable() else " " for char in text)
    return re.sub(r"\s+", " ", line).strip()[:SUBJECT_LENGTH]


def _tidy(text: str) -> str:
    """Without the blank lines that template tags leave behind."""
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"
