"""What an administrator of one institution sees and changes in the administration: its own."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from integrity.accounts.enums import Role
from integrity.accounts.rules import scope


def administered(request: HttpRequest) -> set[int] | None:
    """The institutions the administrator works for; None means all of them."""
    user: Any = request.user
    return scope(user, Role.ADMINISTRATOR)


class Scoped(admin.ModelAdmin):
    """Only rows of an institution the administrator works for, read and written.

    `institution_path` leads from a row to its institution ("pk" for institutions themselves);
    `foreign_paths` names, for each field that is chosen, the way from there to the institution.
    A row cannot be moved into an institution of somebody else, nor to the platform as a whole.
    """

    institution_path = "institution"
    foreign_paths: ClassVar[dict[str, str]] = {"institution": "pk"}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        where = administered(request)
        return rows if where is None else rows.filter(Q(**{f"{self.institution_path}__in": where}))

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Choices of the administrator's own; what is left open for the platform is required."""
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        where = administered(request)
        way = self.foreign_paths.get(db_field.name)
        if isinstance(field, forms.ModelChoiceField) and where is not None and way:
            rows = field.queryset
            field.queryset = rows.filter(**{f"{way}__in": where}) if rows is not None else rows
            field.required = field.required or db_field.name == "institution"
        return field
