"""Cases in the administration: a list to find one by, read only, leading to the desk.

Who sees which case is asked of `rules`, as everywhere: being an administrator opens none. The
process is not here; reports, evidence, decisions and letters are not registered at all.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from cases import rules
from cases.models import Case
from integrity.core.errors import NotFound


@admin.register(Case)
class CaseAdmin(admin.ModelAdmin):
    """What the queue shows of a case, no more: not even its title, which is part of the report."""

    list_display = ("number", "status", "kind", "institution", "course", "opened_at", "due_at")
    list_filter = ("status", "kind", "urgent")
    list_select_related = ("institution", "course")
    list_per_page = 50
    # Counting what a filter would find costs a query for each.
    show_facets = admin.ShowFacets.NEVER
    show_full_result_count = False
    search_fields = ("number", "course__code")
    search_help_text = _("Number of the case or code of the course")
    ordering = ("-pk",)
    actions = None
    fields = (
        "desk",
        "number",
        "status",
        "kind",
        "urgent",
        "institution",
        "course",
        "assignee",
        "opened_at",
        "due_at",
        "closed_at",
    )
    readonly_fields = fields

    @admin.display(description=_("at the desk"))
    def desk(self, case: Case) -> SafeString:
        """The way to the page where the case is worked on."""
        return format_html(
            '<a href="{}">{}</a>', reverse("desk:case", args=[case.number]), _("Open at the desk")
        )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Case]:
        rows = rules.visible_to(request.user).defer("title")
        return rows.order_by(*self.get_ordering(request))

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        # Any column of the table would do otherwise, the text the queue searches among them.
        return lookup.partition("__")[0] in self.list_filter

    def get_urls(self) -> list[URLPattern]:
        """The list and one case: there is nothing to add, delete or log here."""
        view = self.admin_site.admin_view
        return [
            path("", view(self.changelist_view), name="cases_case_changelist"),
            path("<int:object_id>/change/", view(self.one), name="cases_case_change"),
        ]

    def one(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """One case. What the reader may not see is not there, like everywhere (404)."""
        if (
            request.method not in ("GET", "HEAD")
            or self.get_object(request, str(object_id)) is None
        ):
            raise NotFound
        return self.changeform_view(request, str(object_id))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # The list is open and shows what `get_queryset` lets through; one case is asked for alone.
        return super().has_view_permission(request, obj) and (
            obj is None or self.get_queryset(request).filter(pk=obj.pk).exists()
        )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
