"""How a form field becomes markup: one place for labels, hints, errors and what links them.

Works for every Django form, also those of libraries, without changing their classes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from django import forms
from django.forms import BaseForm, BoundField
from django.forms.boundfield import BoundWidget
from django.forms.utils import ErrorList
from django.http import HttpRequest
from django.template.loader import get_template
from django.utils.formats import number_format
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from integrity.web import dates

_DJANGO_REQUIRED = str(forms.Field.default_error_messages["required"])


class ErrorLine(NamedTuple):
    """One line of the error summary; `target` is an element's id, or "" when no field is meant."""

    target: str
    text: str


def current_mark(request: HttpRequest | None, address: str, *, exact: bool = False) -> SafeString:
    """` aria-current="page"` on the address, `"true"` below it, else nothing.

    Never on a page that must look the same wherever it is shown (an error page).
    """
    if request is None or getattr(request, "same_everywhere", False):
        return SafeString("")
    base = address.partition("?")[0].partition("#")[0]
    if request.path == base:
        return SafeString(' aria-current="page"')
    if not exact and base != "/" and request.path.startswith(base):
        return SafeString(' aria-current="true"')
    return SafeString("")


def _kind(bound: BoundField) -> str:
    widget = bound.field.widget
    if isinstance(widget, forms.CheckboxInput):
        return "tick"
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return "picks"
    if isinstance(widget, forms.SelectMultiple):
        return "input"
    if isinstance(widget, forms.Select):
        return "select"
    if isinstance(widget, forms.MultiWidget):
        return "group"
    return "input"


def _css(bound: BoundField) -> str:
    widget = bound.field.widget
    extra = ""
    if isinstance(widget, forms.FileInput):
        extra = " in--file"
    elif isinstance(widget, forms.DateTimeInput | forms.DateInput | forms.TimeInput):
        extra = " in--date"
    elif isinstance(widget, forms.NumberInput):
        extra = " in--num"
    own = widget.attrs.get("class", "")
    return f"in{extra} {own}".strip()


def messages_of(bound: BoundField) -> list[str]:
    """The field's errors; in place of Django's "This field is required" what to do."""
    errors = bound.form.errors.get(bound.name)
    if not errors:
        return []
    return _readable(errors, bound)


def _readable(errors: ErrorList, bound: BoundField) -> list[str]:
    choosing = _kind(bound) in ("picks", "select")
    todo = (
        gettext("Choose an answer for “%(label)s”") if choosing else gettext("Fill in “%(label)s”")
    )
    plain = (_DJANGO_REQUIRED, gettext(_DJANGO_REQUIRED))
    return [
        todo % {"label": bound.label} if error.code == "required" and text in plain else str(text)
        for error in errors.as_data()
        for text in error.messages
    ]


def _target(bound: BoundField) -> str:
    kind = _kind(bound)
    if kind == "picks":
        return f"{bound.auto_id}_0"
    return bound.id_for_label or bound.auto_id


def summary(form: BaseForm) -> list[ErrorLine]:
    """Every error of a bound form in the order of its fields, those of the whole form first."""
    if not form.is_bound or not form.errors:
        return []
    lines = [ErrorLine("", str(text)) for text in form.non_field_errors()]
    for bound in form:
        if bound.name in form.errors:
            target = "" if bound.is_hidden else _target(bound)
            lines += [ErrorLine(target, text) for text in messages_of(bound)]
    return lines


def _count(bound: BoundField) -> dict[str, Any] | None:
    limit = getattr(bound.field, "max_length", None)
    if not limit or not isinstance(bound.field.widget, forms.Textarea):
        return None
    value = bound.value()
    used = len(value) if isinstance(value, str) else 0
    words = gettext("%(used)s of %(limit)s characters")
    shown = number_format(limit, force_grouping=True)
    return {
        "pattern": words % {"used": "{n}", "limit": shown},
        "text": words % {"used": number_format(used, force_grouping=True), "limit": shown}
        if used
        else gettext("Up to %(limit)s characters") % {"limit": shown},
    }


def _option(option: BoundWidget, notes: Mapping[str, object]) -> dict[str, Any]:
    hint = notes.get(str(option.data["value"]), "")
    described = f"{option.id_for_label}_hint" if hint else ""
    if described:
        option.data["attrs"]["aria-describedby"] = described
    return {
        "tag": option.tag(),
        "for": option.id_for_label,
        "label": option.choice_label,
        "hint": hint,
        "described": described,
    }


def render_field(
    bound: BoundField,
    *,
    heading: bool = False,
    label: object = "",
    hint: object = "",
    optional: bool | None = None,
    row: bool = False,
) -> SafeString:
    """Markup of one visible field (a hidden one is just its input)."""
    if bound.is_hidden:
        return mark_safe(str(bound))  # noqa: S308
    kind = _kind(bound)
    errors = messages_of(bound)
    base = bound.auto_id or f"id_{bound.html_name}"
    hints = [str(hint or bound.help_text)] if hint or bound.help_text else []
    if isinstance(bound.field.widget, forms.DateTimeInput):
        # A field can ask for what the clocks somewhere else show.
        there = getattr(bound.field, "zone", None)
        mine, other = gettext("In your time zone, %(zone)s."), gettext("By the clocks of %(zone)s.")
        hints.append((other if there else mine) % {"zone": dates.zone_name(there)})
    count = _count(bound)
    described = [f"{base}_hint"] if hints else []
    described += [f"{base}_error"] if errors else []
    described += [f"{base}_count"] if count else []
    links = " ".join(described)
    if optional is None:
        optional = not bound.field.required and kind != "tick" and not bound.field.disabled
    context: dict[str, Any] = {
        "bound": bound,
        "kind": kind,
        "base": base,
        "label": label or bound.label,
        "heading": heading,
        "hints": hints,
        "errors": errors,
        "described": links,
        "optional": optional,
        "row": row,
        "count": count,
        "for": bound.id_for_label or base,
    }
    if kind == "picks":
        notes = getattr(bound.field, "choice_hints", {})
        context["options"] = [_option(option, notes) for option in bound]
    else:
        attrs: dict[str, str | bool] = {"class": _css(bound)} if kind != "tick" else {}
        if links:
            attrs["aria-describedby"] = links
        context["control"] = bound.as_widget(attrs=attrs)
    return mark_safe(get_template("components/field.html").render(context))  # noqa: S308


def render_fields(form: BaseForm, names: tuple[str, ...] = ()) -> SafeString:
    """The hidden fields, then the visible ones (all, or `names`)."""
    shown = [form[name] for name in names] if names else form.visible_fields()
    html = [str(bound) for bound in form.hidden_fields()]
    html += [render_field(bound) for bound in shown]
    return mark_safe("".join(html))  # noqa: S308
