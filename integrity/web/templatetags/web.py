"""Template tags every page shares. A builtin of the template engine: no `{% load %}` needed."""

from __future__ import annotations

import html
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from django import template
from django.forms import BaseForm, BoundField
from django.template import Context
from django.template.loader import get_template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import normalize_newlines
from django.utils.translation import gettext, ngettext

from integrity.core import clock
from integrity.web import dates, rendering, statuses

register = template.Library()


@lru_cache(maxsize=1)
def _sprite() -> str:
    return static("icons/sprite.svg")


@register.simple_tag
def icon(name: str, label: object = "", turn: bool = False) -> SafeString:
    """A Lucide icon of the sprite.

    Without `label` it is decoration and hidden from readers of the page's text; with one it is an
    image with that name. `turn` mirrors it from right to left: for arrows along the line.
    """
    css = "i i--turn" if turn else "i"
    if label:
        return format_html(
            '<svg class="{}" role="img" aria-label="{}"><use href="{}#i-{}"/></svg>',
            css, label, _sprite(), name,
        )  # fmt: skip
    return format_html(
        '<svg class="{}" aria-hidden="true"><use href="{}#i-{}"/></svg>', css, _sprite(), name
    )


@register.simple_tag
def brand() -> SafeString:
    """The mark."""
    return format_html('<svg aria-hidden="true"><use href="{}#brand"/></svg>', _sprite())


@register.simple_tag
def shape(name: str, tone: str = "") -> SafeString:
    """The shape of a status alone, as decoration beside words; `name` as for `status`."""
    look = statuses.look_up(name)
    return format_html(
        '<svg class="sh t-{}" viewBox="0 0 16 16" aria-hidden="true"><use href="{}#s-{}"/></svg>',
        tone or look.tone, _sprite(), look.shape,
    )  # fmt: skip


@register.simple_tag
def status(name: str, text: object = "", long: bool = False) -> SafeString:
    """A status: shape, word and tone. `text` replaces the word; `long` lets it wrap.

    Raises `LookupError` for a status nobody has given a shape.
    """
    look = statuses.look_up(name)
    return format_html(
        '<span class="st{} t-{}"><svg viewBox="0 0 16 16" aria-hidden="true">'
        '<use href="{}#s-{}"/></svg>{}</span>',
        " st--long" if long else "", look.tone, _sprite(), look.shape, text or look.word,
    )  # fmt: skip


def _time(told: dates.Told) -> SafeString:
    exact, words = html.escape(told.exact), html.escape(told.words)
    return mark_safe(  # noqa: S308 - escaped
        f'<time datetime="{told.iso}" title="{exact}">{words}</time>'
    )


@register.simple_tag
def when(moment: datetime | None, empty: object = "") -> SafeString | str:
    """An instant in words in a `<time>`, exact in its title: "Today, 09:31", "20 Nov, 21:14"."""
    if moment is None:
        return escape(empty)
    return _time(dates.tell(moment))


@register.simple_tag
def day(
    value: date | datetime | None, form: str = "weekday", empty: object = ""
) -> SafeString | str:
    """A day in words in a `<time>`; of an instant it is the reader's day, the hour in the title.

    Forms: `weekday` Friday 4 December, `long` 4 December 2026, `short` Fri 4 Dec, `brief` 4 Dec,
    `full` Friday 4 December 2026.
    """
    if value is None:
        return escape(empty)
    if isinstance(value, datetime):
        return _time(dates.tell(value, form=form))
    return format_html(
        '<time datetime="{}">{}</time>', value.isoformat(), dates.day_words(value, form)
    )


@register.simple_tag
def happened(
    moment: datetime | None, form: str = "", empty: object = "", day_only: bool = False
) -> SafeString | str:
    """When something happened: `day` in this form, or `when` without a form.

    With `day_only` only the day is known, kept as 00:00 UTC. It is told as that day everywhere:
    the hour was never given, and west of UTC it would be the day before.
    """
    if moment is not None and day_only:
        return day(moment.astimezone(UTC).date(), form or "long")
    return day(moment, form, empty) if form else when(moment, empty)


@register.simple_tag
def today(form: str = "weekday") -> str:
    """The reader's date now, in words."""
    return dates.day_words(dates.today(), form)


@register.simple_tag
def days_left(moment: datetime) -> str:
    """How many of the reader's days remain: "today", "in 9 days", "2 days ago"."""
    zone = timezone.get_current_timezone()
    left = (moment.astimezone(zone).date() - clock.now().astimezone(zone).date()).days
    if left == 0:
        return gettext("today")
    if left > 0:
        return ngettext("in %(count)s day", "in %(count)s days", left) % {"count": left}
    return ngettext("%(count)s day ago", "%(count)s days ago", -left) % {"count": -left}


@register.simple_tag
def zone_name() -> str:
    """The reader's time zone as a city: "Bogota"; or "UTC"."""
    return dates.zone_name()


@register.filter
def paragraphs(value: object) -> SafeString:
    """Plain text as paragraphs, everything escaped, single line breaks kept."""
    blocks = [b.strip() for b in normalize_newlines(str(value or "")).split("\n\n")]
    text = "".join(f"<p>{escape(b).replace(chr(10), '<br>')}</p>" for b in blocks if b)
    return mark_safe(text)  # noqa: S308 - escaped above


@register.filter
def filesize(value: int | None) -> str:
    """Bytes as people say them: "412 KB", "1.3 MB". A KB has 1,000 bytes."""
    size = float(value or 0)
    if size < 1000:
        return ngettext("%(count)d byte", "%(count)d bytes", int(size)) % {"count": int(size)}
    for unit in ("KB", "MB", "GB"):
        size /= 1000
        if size < 999.5 or unit == "GB":
            return f"{size:.1f} {unit}" if size < 9.95 else f"{size:.0f} {unit}"
    raise AssertionError


@register.simple_tag(takes_context=True)
def query(context: Context, **changes: object) -> str:
    """The query string of this page with some parameters changed: `{% query after=row.id %}`.

    None or an empty value takes a parameter out. Use inside an attribute: `href="{% query … %}"`.
    """
    params = context["request"].GET.copy()
    for name, value in changes.items():
        if value is None or value == "":
            params.pop(name, None)
        else:
            params[name] = str(value)
    return "?" + params.urlencode() if params else "?"


@register.simple_tag(takes_context=True)
def nav_link(
    context: Context, address: str, text: object, count: object = None, exact: bool = False
) -> SafeString:
    """A link that knows when it is the page in front of you (`aria-current`).

    It is current on the very address (`page`) and, unless `exact`, below it (`true`).
    """
    current = rendering.current_mark(context.get("request"), address, exact=exact)
    badge = (
        format_html(' <span class="badge">{}</span>', f"{count:,}")
        if isinstance(count, int)
        else ""
    )
    return format_html('<a href="{}"{}>{}{}</a>', address, current, text, badge)


@register.simple_tag
def crumbs(*parts: object) -> SafeString:
    """Where you are: labels and addresses in turn, the last label without one.

    `{% crumbs _("Home") home_url _("Policies") policies_url policy.title %}`
    """
    *way, here = parts
    pairs = list(zip(way[::2], way[1::2], strict=True))
    items = format_html_join("", '<li><a href="{1}">{0}</a></li>', pairs)
    return format_html(
        '<nav class="crumbs" aria-label="{}"><ol>{}<li aria-current="page">{}</li></ol></nav>',
        gettext("Where you are"), items, here,
    )  # fmt: skip


@register.simple_tag
def back(address: str, text: object = "") -> SafeString:
    """The way back to the step or page before."""
    return format_html(
        '<a class="back" href="{}">{}{}</a>',
        address,
        icon("arrow-left", turn=True),
        text or gettext("Back"),
    )


@register.simple_tag
def field(bound: BoundField, **options: Any) -> SafeString:
    """One form field with label, hint, error and control, linked for everybody.

    Options: `heading` (large label), `label`, `hint` (replace the field's own), `optional=False`
    (do not say that it may be left out), `row` (choices beside each other).
    """
    return rendering.render_field(bound, **options)


@register.simple_tag
def fields(form: BaseForm, *names: str) -> SafeString:
    """All visible fields of a form in order, or the named ones, after its hidden ones."""
    return rendering.render_fields(form, names)


@register.simple_tag
def hidden(form: BaseForm) -> SafeString:
    """The hidden fields of a form, for pages that place each visible field themselves."""
    return mark_safe("".join(str(bound) for bound in form.hidden_fields()))  # noqa: S308


@register.simple_tag
def form_errors(*forms: object) -> SafeString | str:
    """The summary of what needs another look, each line a link to its field, or nothing.

    Put it above the page's heading.
    """
    errors = [
        line for form in forms if isinstance(form, BaseForm) for line in rendering.summary(form)
    ]
    if not errors:
        return ""
    title = ngettext(
        "%(count)d answer needs another look", "%(count)d answers need another look", len(errors)
    ) % {"count": len(errors)}
    summary = get_template("components/error_summary.html")
    return mark_safe(summary.render({"errors": errors, "title": title}))  # noqa: S308


@register.simple_tag(takes_context=True)
def error_prefix(context: Context) -> str:
    """ "Error: " for the page's title when its form (`form`) was refused, else nothing."""
    form = context.get("form")
    if isinstance(form, BaseForm) and form.is_bound and form.errors:
        return gettext("Error:") + " "
    return ""
