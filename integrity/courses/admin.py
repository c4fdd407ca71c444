"""Institutions, programmes, courses and who is in them, for administrators.

What people write, work that was handed in, scores and effects are not here: they belong to
teachers and decisions.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from integrity.accounts.admin_scope import Scoped, administered
from integrity.audit import services as audit
from integrity.courses import services
from integrity.courses.models import (
    Assignment,
    Channel,
    Course,
    Enrolment,
    HeldRole,
    Holiday,
    Institution,
    PeerReview,
    Programme,
    Teaching,
)


class _Kept(Scoped):
    """Rows that others hang on are kept. Each administrator has those of their institutions."""

    list_per_page = 50
    foreign_paths: ClassVar[dict[str, str]] = {
        "institution": "pk",
        "programme": "institution",
        "course": "institution",
    }

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class HolidayInline(admin.TabularInline):
    model = Holiday
    extra = 0
    ordering = ("day",)


class TeachingInline(admin.TabularInline):
    """Added and removed, never rewritten: both are in the history."""

    model = Teaching
    extra = 0
    autocomplete_fields = ("user",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class AssignmentInline(admin.TabularInline):
    model = Assignment
    extra = 0
    fields = ("position", "title", "weight", "max_score")
    show_change_link = True
    can_delete = False


class ChannelInline(admin.TabularInline):
    model = Channel
    extra = 0
    can_delete = False


class HeldRoleInline(admin.TabularInline):
    model = HeldRole
    extra = 0
    fields = ("user", "role", "since")
    autocomplete_fields = ("user",)
    # A role that a decision ended stays, so that the decision can be taken back.
    can_delete = False


@admin.register(Institution)
class InstitutionAdmin(_Kept):
    list_display = ("name", "slug", "time_zone", "is_platform", "contact_email")
    list_filter = ("is_platform",)
    search_fields = ("name", "slug")
    ordering = ("name",)
    inlines = (HolidayInline,)
    institution_path = "pk"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and administered(request) is None

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        # The short name is in the history; which one is the platform decides who decides.
        return () if obj is None else ("slug", "is_platform")


@admin.register(Holiday)
class HolidayAdmin(Scoped):
    list_display = ("day", "name", "institution")
    list_filter = ("institution",)
    list_select_related = ("institution",)
    search_fields = ("name", "institution__name")
    autocomplete_fields = ("institution",)
    date_hierarchy = "day"
    ordering = ("-day",)


@admin.register(Programme)
class ProgrammeAdmin(_Kept):
    list_display = ("title", "product_kind", "institution")
    list_filter = ("product_kind", "institution")
    list_select_related = ("institution",)
    search_fields = ("title", "slug")
    autocomplete_fields = ("institution",)
    ordering = ("title",)


@admin.register(Course)
class CourseAdmin(_Kept):
    list_display = ("code", "title", "institution", "programme", "pass_mark")
    list_filter = ("institution", "programme__product_kind")
    list_select_related = ("institution", "programme")
    search_fields = ("code", "title", "slug")
    autocomplete_fields = ("institution", "programme")
    ordering = ("code", "pk")
    inlines = (TeachingInline, AssignmentInline, ChannelInline, HeldRoleInline)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        actor: Any = request.user
        with audit.transaction():
            super().save_formset(request, form, formset, change)
            if formset.model is Teaching:
                for row in formset.new_objects:
                    services.note_teaching(teaching=row, actor=actor, ended=False)
                for row in formset.deleted_objects:
                    services.note_teaching(teaching=row, actor=actor, ended=True)


@admin.register(Assignment)
class AssignmentAdmin(_Kept):
    institution_path = "course__institution"
    list_display = ("title", "course", "weight", "max_score", "position")
    list_filter = ("course__institution",)
    list_select_related = ("course",)
    search_fields = ("title", "course__code", "course__title")
    autocomplete_fields = ("course",)


@admin.register(Enrolment)
class EnrolmentAdmin(_Kept):
    institution_path = "course__institution"
    list_display = ("learner", "course", "status", "enrolled_at")
    list_filter = ("status", "course__institution")
    list_select_related = ("learner", "course")
    search_fields = ("learner__display_name", "learner__email", "course__code", "course__title")
    search_help_text = _("Learner or course")
    autocomplete_fields = ("learner", "course")
    ordering = ("-enrolled_at", "-pk")


@admin.register(Channel)
class ChannelAdmin(_Kept):
    institution_path = "course__institution"
    list_display = ("name", "course")
    list_filter = ("course__institution",)
    list_select_related = ("course",)
    search_fields = ("name", "course__code", "course__title")
    autocomplete_fields = ("course",)
    ordering = ("course__code", "name", "pk")


@admin.register(HeldRole)
class HeldRoleAdmin(_Kept):
    """Base values: whether a role counts now follows from decisions, which are on the desk."""

    institution_path = "course__institution"
    list_display = ("user", "role", "course", "since")
    list_filter = ("role", "course__institution")
    list_select_related = ("user", "course")
    search_fields = ("user__display_name", "user__email", "course__code", "course__title")
    search_help_text = _("Person or course")
    autocomplete_fields = ("user", "course")
    ordering = ("-since", "-pk")


@admin.register(PeerReview)
class PeerReviewAdmin(_Kept):
    """What the platform collects, added as it was given and never changed."""

    institution_path = "submission__assignment__course__institution"
    foreign_paths: ClassVar[dict[str, str]] = {"submission": "assignment__course__institution"}
    list_display = ("submission", "reviewer", "score", "score_max", "given_at")
    list_filter = ("submission__assignment__course__institution",)
    list_select_related = ("submission__assignment", "submission__learner", "reviewer")
    search_fields = ("reviewer__display_name", "reviewer__email")
    search_help_text = _("Who gave it")
    autocomplete_fields = ("reviewer",)
    # There can be very many, and they are nothing to be looked through here.
    raw_id_fields = ("submission",)
    ordering = ("-given_at", "-pk")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
