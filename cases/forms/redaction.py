"""The form that says what of a piece of evidence is covered (CF2)."""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cases.covering import Sheet, Span, occurrences, still_open
from cases.evidence.covered import WHOLE, Area
from cases.forms.desk import KeyedForm
from integrity.web.forms import TOKEN_FIELD, LineField, PicksField

EDGES = ("left", "top", "width", "height")
MOST_FOUND = 200
_AROUND = 40
_RANGE = re.compile(r"(\d{1,6})(?:-(\d{1,6}))?")
_PLACE = re.compile(r"([0-9]{1,8})-([0-9]{1,8})")
_PERCENT = re.compile(r"\d{1,3}(?:[.,]\d{1,2})?")


def excerpt(text: str, span: Span) -> str:
    """The words of a span with what stands around them on their line."""
    start, end = span
    begin = max(text.rfind("\n", 0, start) + 1, start - _AROUND)
    stop = text.find("\n", end)
    stop = min(len(text) if stop < 0 else stop, end + _AROUND)
    words = " ".join(text[begin:stop].split())
    return words if len(words) <= 160 else words[:159] + "\u2026"


class RedactForm(KeyedForm):
    """Words, lines or an area of a page, and why. Nothing is required but the reason and one part.

    Words are searched first: `picks` are the places where they stand, once `found` says that these
    words were looked for. Places that are `covered` already are not offered again, and of many more
    than `MOST_FOUND` the first: `more` counts the others, which are left for the next time. `page`
    counts from 1 and is the page in view.
    """

    def __init__(
        self,
        data: Any = None,
        *,
        sheet: Sheet,
        pages: int,
        page: int,
        covered: Sequence[Span] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(data, **kwargs)
        self.sheet, self.pages, self.page, self.covered = sheet, pages, page, covered
        self.rows = sheet.lines()
        self.starts = [start for _part, (start, _end) in self.rows]
        self.fields["words"] = LineField(
            label=gettext_lazy("Words to cover"),
            help_text=gettext_lazy("A name, for instance. You then choose where it is covered."),
            required=False,
        )
        self.fields["found"] = forms.CharField(widget=forms.HiddenInput, required=False)
        self.everywhere = occurrences(sheet.text, self._typed("words"))
        left = set(still_open(self.everywhere, covered)) | self._ticked()
        open_places = [span for span in self.everywhere if span in left]
        self.places = open_places[:MOST_FOUND]
        self.more = len(open_places) - len(self.places)
        if self.searched:
            self.fields["picks"] = PicksField(
                label=ngettext("Found in one place", "Found in %(count)s places", len(open_places))
                % {"count": len(open_places)},
                help_text=_("Take the tick away where it is to stay."),
                choices=[
                    (f"{start}-{end}", self._where((start, end))) for start, end in self.places
                ],
                required=False,
            )
        self.fields["lines"] = LineField(
            label=gettext_lazy("Whole lines to cover"),
            help_text=gettext_lazy("Their numbers, such as 3 or 5-8."),
            required=False,
        )
        if pages:
            labels = (_("From the left"), _("From the top"), _("Width"), _("Height"))
            for name, label in zip(EDGES, labels, strict=True):
                self.fields[name] = LineField(
                    label=_("%(edge)s, in percent") % {"edge": label},
                    max_length=10,
                    required=False,
                    widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
                )
        self.fields["reason"] = LineField(
            label=gettext_lazy("Why is this covered?"),
            help_text=gettext_lazy("Only the desk reads it."),
            max_length=500,
            missing=gettext_lazy("Say why this is covered"),
        )

    def _ticked(self) -> set[Span]:
        """The places this form came with: the same form again has the same choices."""
        sent: Any = self.data
        picks = sent.getlist("picks")[:MOST_FOUND] if self.is_bound else []
        return {
            (int(match[1]), int(match[2])) for pick in picks if (match := _PLACE.fullmatch(pick))
        }

    def _typed(self, name: str) -> str:
        return str((self.data if self.is_bound else {}).get(name, "")).strip()

    @property
    def searched(self) -> bool:
        """Whether the places of these very words are on the form."""
        words = self._typed("words")
        return bool(words) and self._typed("found") == words and bool(self.places)

    def with_places(self) -> RedactForm:
        """The form again, with every place of its words to choose from, all of them ticked."""
        data: Any = self.data
        data = data.copy()
        data["found"] = self._typed("words")
        picks = [f"{start}-{end}" for start, end in self.places]
        data.setlist("picks", picks)
        return RedactForm(
            data, sheet=self.sheet, pages=self.pages, page=self.page, covered=self.covered
        )

    def _where(self, span: Span) -> str:
        return _("Line %(number)s: %(words)s") % {
            "number": self.number_of(span[0]),
            "words": excerpt(self.sheet.text, span),
        }

    def number_of(self, place: int) -> int:
        """The number of the line in which a character stands."""
        return bisect_right(self.starts, place)

    def clean_picks(self) -> list[Span]:
        """The places that are ticked."""
        ticked = set(self.cleaned_data["picks"])
        return [(start, end) for start, end in self.places if f"{start}-{end}" in ticked]

    def clean_lines(self) -> list[Span]:
        """The lines as spans; neighbours are one, so that their number is not told."""
        spans: list[Span] = []
        typed = re.sub(r"\s*[-\u2013]\s*", "-", self.cleaned_data["lines"])
        for text in filter(None, re.split(r"[,;\s]+", typed)):
            match = _RANGE.fullmatch(text)
            first = int(match.group(1)) if match else 0
            last = int(match.group(2) or first) if match else 0
            if not 1 <= first <= last <= len(self.rows):
                raise ValidationError(
                    _("Enter numbers of lines from 1 to %(count)s, such as 3 or 5-8.")
                    % {"count": len(self.rows)}
                )
            spans += self._lines(first, last)
        return spans

    def _lines(self, first: int, last: int) -> list[Span]:
        chosen = self.rows[first - 1 : last]
        by_part: dict[int, Span] = {}
        for part, (start, end) in chosen:
            by_part[part] = (by_part.get(part, (start, end))[0], end)
        return [span for span in by_part.values() if span[0] < span[1]]

    def _percent(self, name: str) -> float | None:
        text = str(self.cleaned_data.get(name, ""))
        if not text:
            return None
        number = float(text.replace(",", ".")) if _PERCENT.fullmatch(text) else -1.0
        if not 0 <= number <= 100:
            self.add_error(name, _("Enter a number from 0 to 100."))
            return None
        return number

    def clean(self) -> dict[str, Any]:
        """One part at least; an area with all four numbers, on the page."""
        data = super().clean() or self.cleaned_data
        self.spans: list[Span] = [*data.get("picks", []), *data.get("lines", [])]
        self.areas: list[Area] = []
        if self.pages:
            self._area()
        if not self.errors and not self.spans and not self.areas:
            message = _("Choose what is to be covered.")
            if self._typed("words") and not self.places:
                message = (
                    _("These words are covered already, everywhere they stand.")
                    if self.everywhere
                    else _("These words are not in this piece.")
                )
            self.add_error("words", message)
        return data

    def _area(self) -> None:
        numbers = [self._percent(name) for name in EDGES]
        if all(number is None for number in numbers) or self.errors:
            return
        for name, number in zip(EDGES, numbers, strict=True):
            if number is None:
                self.add_error(name, _("Enter all four numbers of the area."))
                return
        left, top, width, height = (number or 0.0 for number in numbers)
        for name, length in (("width", width), ("height", height)):
            if not length:
                self.add_error(name, _("Enter a number above 0."))
                return
        if left >= 100 or top >= 100:
            self.add_error("left" if left >= 100 else "top", _("This area is not on the page."))
            return
        # Outwards: what was asked for is covered, never less.
        x, y = math.floor(left * 100), math.floor(top * 100)
        across = min(math.ceil((left + width) * 100), WHOLE) - x
        down = min(math.ceil((top + height) * 100), WHOLE) - y
        self.areas = [(self.page - 1, x, y, across, down)]

    def carried(self) -> Sequence[tuple[str, str]]:
        """Names and values to carry over to the next step, as they were typed."""
        sent: Any = self.data
        names = ["words", "found", "lines", *(EDGES if self.pages else ()), "reason"]
        return [
            (TOKEN_FIELD, str(self[TOKEN_FIELD].value() or "")),
            *((name, self._typed(name)) for name in names),
            *(("picks", value) for value in sent.getlist("picks")),
        ]

    @property
    def page_numbers(self) -> range:
        """The pages of the file as people count them."""
        return range(1, self.pages + 1)
