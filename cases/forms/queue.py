"""Forms of the queue: a view that is kept, and its columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.selectors.queue_rows import COLUMNS
from integrity.web.forms import Form, LineField, PicksField, SelectField


class ViewForm(Form):
    """A name, what is shown, and for officers with whom it is shared."""

    name = LineField(
        label=_("Name of the view"),
        help_text=_("Do not name people or cases."),
        max_length=60,
        missing=_("Give the view a name"),
    )

    def __init__(
        self, data: Any = None, *, share_with: Sequence[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        if share_with:
            self.fields["share"] = SelectField(
                label=_("Who sees it"),
                help_text=_("Everybody sees only the cases they may see."),
                choices=share_with,
                required=False,
            )
        self.fields["columns"] = PicksField(
            label=_("Columns"),
            help_text=_("What is alleged stands in every list."),
            choices=list(COLUMNS.items()),
            required=False,
        )

    @property
    def wanted(self) -> dict[str, Any]:
        """What the service takes, of a valid form."""
        return {
            "name": self.cleaned_data["name"],
            "columns": self.cleaned_data.get("columns") or [],
            "share": self.cleaned_data.get("share", ""),
        }
