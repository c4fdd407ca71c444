"""Forms for a list of reports: the file, and what is said before it is filed (IN10)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from cases.forms.desk import KeyedForm
from cases.services.import_rows import MAX_BYTES
from integrity.courses.models import Institution
from integrity.web.forms import FileField, Form, SelectField, TickField


class ListForm(KeyedForm):
    """A file, and the institution it is for where there are several."""

    institution = SelectField(label=_("For which institution?"))
    file = FileField(
        label=_("The list"),
        help_text=_("CSV in UTF-8, with comma or semicolon. At most 1,000 lines and 2 MB."),
        missing=_("Choose a file"),
    )

    def __init__(
        self, data: Any = None, files: Any = None, *, institutions: Sequence[Institution]
    ) -> None:
        super().__init__(data, files)
        self.institutions = {row.slug: row for row in institutions}
        where: Any = self.fields["institution"]
        where.choices = [(row.slug, row.name) for row in institutions]
        if len(institutions) == 1:
            del self.fields["institution"]
        control: Any = self.fields["file"].widget
        control.attrs["accept"] = ".csv,text/csv"
        self.fields["file"].error_messages["empty"] = _("This file is empty.")

    def clean_file(self) -> bytes:
        """The bytes of the file; of one that is too large no more than is needed to know so."""
        given: Any = self.cleaned_data["file"]
        if given.size > MAX_BYTES:
            raise ValidationError(_("This file is larger than 2 MB. Please send it in parts."))
        content: bytes = given.read()
        return content

    @property
    def where(self) -> Institution:
        """The institution, of a valid form."""
        first = next(iter(self.institutions.values()))
        return self.institutions.get(self.cleaned_data.get("institution", ""), first)


class FileListForm(Form):
    """Whether lines with mistakes are left out; asked only where there are any."""

    leave_out = TickField(label=_("Leave out the lines with mistakes"), required=False)
