"""The second save of a form that is out of date: the difference, no overwrite (HOSTILE 62)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from cases.forms.desk import RevisedForm
from cases.selectors.case_head import Head
from cases.selectors.meanwhile import Meanwhile, meanwhile
from integrity.accounts.models import User


def what_differs(
    user: User, top: Head, form: RevisedForm, stored: Mapping[str, Any] | None = None
) -> Meanwhile:
    """What the page shows above a form that was refused as stale; the form stays as it was typed.

    `stored`: what the fields hold by now, by name, as the page would open with it. Asked before the
    form is renewed, for it knows when it was opened.
    """
    return meanwhile(user, top, since=form.opened_at, texts=_texts(form, stored or {}))


def _texts(form: RevisedForm, stored: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    for name, field in form.fields.items():
        if name not in stored or isinstance(field.widget, forms.HiddenInput):
            continue
        typed = form[name].value()
        label = str(field.label)
        # Several fields of one page may ask the same.
        while label in found:
            label += " "
        found[label] = (_words(field, stored[name]), _words(field, typed))
    return found


def _words(field: forms.Field, value: Any) -> str:
    """A value as somebody reads it: chosen codes as what they are called."""
    values = value if isinstance(value, list | tuple) else [value]
    named: dict[str, str] = {}
    if isinstance(field, forms.ChoiceField):
        named = {str(key): str(label) for key, label in field.choices}  # type: ignore[misc, union-attr]
    said = ("" if one is None else str(one) for one in values)
    return ", ".join(named.get(one, one) for one in said)
