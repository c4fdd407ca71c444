"""The pages of the record. They only read; what one may not see is 404 (see `rules`)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from integrity.courses import page_selectors
from integrity.courses.views.gated import gated


@login_required
@require_safe
def courses(request: HttpRequest) -> HttpResponse:
    """Where the reader learns and teaches."""
    user: Any = request.user
    return render(request, "courses/courses.html", {"courses": page_selectors.my_courses(user)})


@login_required
@require_safe
@gated
def course(request: HttpRequest, slug: str) -> HttpResponse:
    """A course: assignments, the reader's result, the forum."""
    user: Any = request.user
    shown = page_selectors.course_page(user, slug, after=request.GET.get("after"))
    return render(request, "courses/course.html", {"shown": shown, "course": shown.course})


@login_required
@require_safe
@gated
def assignment(request: HttpRequest, slug: str, public_id: UUID) -> HttpResponse:
    """An assignment: what to do, what the reader handed in, what others did."""
    user: Any = request.user
    shown = page_selectors.assignment_page(user, slug, public_id, after=request.GET.get("after"))
    return render(request, "courses/assignment.html", {"shown": shown, "course": shown.course})


@login_required
@require_safe
@gated
def submission(
    request: HttpRequest, slug: str, assignment_id: UUID, public_id: UUID
) -> HttpResponse:
    """One submission with its text."""
    user: Any = request.user
    shown = page_selectors.submission_page(user, slug, assignment_id, public_id)
    return render(request, "courses/submission.html", {"shown": shown, "course": shown.course})


@login_required
@require_safe
@gated
def post(request: HttpRequest, slug: str, public_id: UUID) -> HttpResponse:
    """One post."""
    user: Any = request.user
    shown = page_selectors.post_page(user, slug, public_id)
    return render(request, "courses/post.html", {"shown": shown, "course": shown.course})
