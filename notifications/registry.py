"""The events a letter can be about. What is not registered cannot be queued."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils.functional import Promise

from notifications.errors import PayloadRefused, UnknownEvent
from notifications.models import DEFAULT_PRIORITY

# The longest text a payload may carry; the longest field people can fill in elsewhere is shorter.
LONGEST = 50_000


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A kind of message: its payload, whether a letter goes with it, its name for people."""

    name: str
    payload: type[Any]
    letter: bool
    label: str | Promise
    title: str | Promise
    audience: str | Promise
    priority: int = DEFAULT_PRIORITY


_events: dict[str, Event] = {}


def register(
    name: str,
    *,
    payload: type[Any],
    letter: bool,
    label: str | Promise,
    title: str | Promise = "",
    audience: str | Promise = "",
    priority: int = DEFAULT_PRIORITY,
) -> Event:
    """Make `name` known. Its templates are `templates/notifications/<name>/`.

    `payload` is a frozen dataclass; `label` is what the register calls the message, `title` what
    its reader sees above the letter (default: the label), `audience` the role it is written for.
    The smaller `priority` goes first. Raises `ValueError` for a second, different registration.
    """
    if not (dataclasses.is_dataclass(payload) and isinstance(payload, type)):
        raise ValueError("A payload is a dataclass.")
    event = Event(
        name=name,
        payload=payload,
        letter=letter,
        label=label,
        title=title or label,
        audience=audience,
        priority=priority,
    )
    known = _events.get(name)
    if known is not None and known.payload is not payload:
        raise ValueError(f"The event {name} is registered already.")
    _events[name] = event
    return event


def get(name: str) -> Event:
    """The event of that name. Raises `UnknownEvent`."""
    try:
        return _events[name]
    except KeyError:
        raise UnknownEvent(f"Unknown event: {name}") from None


def all_events() -> list[Event]:
    """Every registered event, by name."""
    return [_events[name] for name in sorted(_events)]


def checked(event: Event, payload: Any) -> Any:
    """The payload as an instance of the event's dataclass, every field looked at.

    Takes an instance or a mapping. Raises `PayloadRefused` for a missing, unknown, wrongly typed
    or blank field; only a field with a default may be blank or None. The message names fields,
    never their values.
    """
    if isinstance(payload, Mapping):
        payload = _build(event.payload, payload, event.name)
    if type(payload) is not event.payload:
        raise PayloadRefused(f"{event.name} takes {event.payload.__name__}.")
    _check(payload, event.name)
    return payload


def _build(kind: type[Any], values: Mapping[str, Any], path: str) -> Any:
    fields = {field.name: field for field in dataclasses.fields(kind)}
    unknown = sorted(set(values) - set(fields))
    missing = sorted(
        name for name, field in fields.items() if name not in values and not _optional(field)
    )
    if unknown or missing:
        raise PayloadRefused(f"{path}: unknown {unknown}, missing {missing}")
    hints = typing.get_type_hints(kind)
    return kind(
        **{name: _built(hints[name], value, f"{path}.{name}") for name, value in values.items()}
    )


def _built(hint: Any, value: Any, path: str) -> Any:
    """A list of mappings as a tuple of the item's dataclass; anything else as it is."""
    item = _item_type(hint)
    if item is None or not isinstance(value, list | tuple):
        return value
    return tuple(
        _build(item, entry, path) if isinstance(entry, Mapping) else entry for entry in value
    )


def _optional(field: dataclasses.Field[Any]) -> bool:
    return (
        field.default is not dataclasses.MISSING or field.default_factory is not dataclasses.MISSING
    )


def _item_type(hint: Any) -> type[Any] | None:
    """The dataclass in `tuple[Dataclass, ...]`."""
    if typing.get_origin(hint) is tuple:
        item: Any = typing.get_args(hint)[0]
        if dataclasses.is_dataclass(item) and isinstance(item, type):
            return item
    return None


def _check(payload: Any, path: str) -> None:
    hints = typing.get_type_hints(type(payload))
    for field in dataclasses.fields(payload):
        value = getattr(payload, field.name)
        _check_value(value, hints[field.name], _optional(field), f"{path}.{field.name}")


def _check_value(value: Any, hint: Any, optional: bool, path: str) -> None:
    origin = typing.get_origin(hint)
    if origin in (typing.Union, types.UnionType):
        choices = [arg for arg in typing.get_args(hint) if arg is not types.NoneType]
        if value is None:
            return
        hint = choices[0]
        origin = typing.get_origin(hint)
    if origin is typing.Literal:
        if value not in typing.get_args(hint):
            raise PayloadRefused(f"{path} is none of the known values.")
    elif origin is tuple:
        if not isinstance(value, tuple) or not (value or optional):
            raise PayloadRefused(f"{path} needs a tuple with at least one entry.")
        for entry in value:
            _check_value(entry, typing.get_args(hint)[0], False, path)
    elif dataclasses.is_dataclass(hint):
        if type(value) is not hint:
            raise PayloadRefused(f"{path} is of another type.")
        _check(value, path)
    elif hint is str:
        # A lazy translation is text too: it is read in the language of the recipient.
        if not isinstance(value, str | Promise) or len(str(value)) > LONGEST:
            raise PayloadRefused(f"{path} needs text of at most {LONGEST} characters.")
        if not (str(value).strip() or optional):
            raise PayloadRefused(f"{path} is empty.")
    elif hint is datetime:
        if not isinstance(value, datetime) or value.tzinfo is None:
            raise PayloadRefused(f"{path} needs an aware time.")
    elif hint is date:
        if not isinstance(value, date) or isinstance(value, datetime):
            raise PayloadRefused(f"{path} needs a date.")
    elif hint in (bool, int):
        if type(value) is not hint:
            raise PayloadRefused(f"{path} needs {hint.__name__}.")
    else:
        raise PayloadRefused(f"{path} has a type no template can show.")
