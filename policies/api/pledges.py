"""Resources of the API: one's own pledges, pledging, and who has and has not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.urls import URLPattern, reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from integrity.api.body import PageQuery, Strict
from integrity.api.routes import resource
from integrity.api.scopes import Scope
from integrity.api.views import ApiView, bad_cursor, page, page_shape, rows, rows_shape
from integrity.core.errors import NotFound
from policies import pledge_lists, pledge_pages, pledging
from policies.enums import PledgeState
from policies.models import Pledge as StoredPledge
from policies.models import Version
from policies.services import pledges

STATES = [state.value for state in pledge_lists.STATES]


class Pledge(serializers.Serializer[Any]):
    """A pledge: in which course, to exactly which version, and when."""

    id = serializers.UUIDField()
    course = serializers.CharField(help_text="Short name of the course.")
    document = serializers.CharField(help_text="Short name of the policy.")
    version = serializers.IntegerField()
    text = serializers.CharField(help_text="Where exactly this version stands, for good.")
    pledged_at = serializers.DateTimeField()


class WaitingText(serializers.Serializer[Any]):
    """A text that waits for a pledge."""

    course = serializers.CharField(help_text="Short name of the course.")
    document = serializers.CharField(help_text="Short name of the policy.")
    version = serializers.IntegerField(help_text="In force now; send it when you pledge.")
    text = serializers.CharField(help_text="Where exactly this version stands, for good.")
    promise = serializers.CharField(help_text="What one promises, Markdown; may be empty.")
    state = serializers.ChoiceField(choices=STATES)
    pledged_before = serializers.IntegerField(
        allow_null=True, help_text="The version pledged to before."
    )
    grace_until = serializers.DateTimeField(
        allow_null=True, help_text="How long the course stays open without this pledge."
    )


class OwnPledges(page_shape(Pledge)):  # type: ignore[misc]
    """One's own pledges, and what waits for one."""

    waiting = WaitingText(many=True)


class NewPledge(Strict):
    """A pledge in one course to everything that is due there."""

    course = serializers.SlugField(max_length=80)
    versions = serializers.DictField(
        child=serializers.IntegerField(min_value=1, max_value=2**31 - 1),
        help_text="The number of each version you pledge to, by the policy's short name.",
    )


class ListedLearner(serializers.Serializer[Any]):
    """One learner of a course, and how far they are with one version."""

    person = serializers.UUIDField(source="enrolment.learner.public_id")
    name = serializers.CharField(source="enrolment.learner.display_name")
    state = serializers.ChoiceField(choices=STATES)
    pledged_at = serializers.DateTimeField(source="made_at", allow_null=True)
    pledged_before = serializers.IntegerField(source="before", allow_null=True)
    grace_until = serializers.DateTimeField(source="until", allow_null=True)


class ListQuery(PageQuery):
    """Which list, and whom of it."""

    course = serializers.SlugField(max_length=80)
    document = serializers.SlugField(max_length=80)
    version = serializers.IntegerField(
        required=False, min_value=1, max_value=2**31 - 1, help_text="Without it the one in force."
    )
    state = serializers.ChoiceField(required=False, choices=STATES)


def _place(version: Version) -> str:
    return reverse(
        "v1:policy_version", kwargs={"slug": version.document.slug, "version": version.number}
    )


def _pledge(row: StoredPledge) -> dict[str, Any]:
    return {
        "id": row.public_id,
        "course": row.course.slug,
        "document": row.version.document.slug,
        "version": row.version.number,
        "text": _place(row.version),
        "pledged_at": row.made_at,
    }


def _waiting(standing: pledging.Standing, text: pledging.Text) -> dict[str, Any]:
    return {
        "course": standing.course.slug,
        "document": text.version.document.slug,
        "version": text.version.number,
        "text": _place(text.version),
        "promise": text.version.pledge,
        "state": text.state.value,
        "pledged_before": text.before.version.number if text.before else None,
        "grace_until": text.until if text.state == PledgeState.IN_GRACE else None,
    }


class PledgesView(ApiView):
    """One's own pledges."""

    scopes: ClassVar[Mapping[str, str]] = {
        "GET": Scope.PLEDGES_READ,
        "POST": Scope.PLEDGES_WRITE,
    }
    queries: ClassVar[Mapping[str, type[Strict]]] = {"GET": PageQuery}

    @extend_schema(summary="Your pledges, and what waits for one", responses=OwnPledges)
    def get(self, request: Request) -> Response:
        """The newest first; `waiting` is everything that is due now."""
        try:
            found = pledge_pages.my_pledges(
                self.user, after=self.asked.get("cursor", ""), size=self.asked["limit"]
            )
        except NotFound as error:
            raise bad_cursor() from error
        answer = page(
            Pledge,
            [_pledge(row) for row in found.made.rows],
            str(found.made.next) if found.made.next else None,
        )
        due = [
            _waiting(standing, text)
            for standing in (*found.waiting, *found.renewing)
            for text in standing.due
        ]
        answer.data["waiting"] = WaitingText(due, many=True).data
        return answer

    @extend_schema(summary="Pledge", request=NewPledge, responses={201: rows_shape(Pledge)})
    def post(self, request: Request) -> Response:
        """To everything that is due in the course, together. Pledging again changes nothing.

        412 when another version is in force than the one you name; then nothing is recorded.
        """
        return self.once(request, lambda: self._make(request))

    def _make(self, request: Request) -> Response:
        told = self.read(NewPledge, request)
        course = pledging.place(self.user, told["course"]).course
        made = pledges.make(actor=self.user, course=course, versions=told["versions"])
        answer = rows(Pledge, [_pledge(row) for row in made])
        answer.status_code = status.HTTP_201_CREATED
        return answer


class PledgeListsView(ApiView):
    """Who has pledged and who has not: for administrators in scope and teachers of the course."""

    scopes: ClassVar[Mapping[str, str]] = {"GET": Scope.PLEDGES_READ}
    queries: ClassVar[Mapping[str, type[Strict]]] = {"GET": ListQuery}

    @extend_schema(summary="Who has pledged and who has not", responses=page_shape(ListedLearner))
    def get(self, request: Request) -> Response:
        """The learners of one course, who came last first."""
        asked = self.asked
        version = pledge_lists.version_for(self.user, asked["document"], asked.get("version"))
        course = pledge_lists.course_for(self.user, version, asked["course"])
        try:
            found = pledge_lists.page_of(
                version,
                course,
                state=asked.get("state", ""),
                after=asked.get("cursor", ""),
                size=asked["limit"],
            )
        except NotFound as error:
            raise bad_cursor() from error
        return page(ListedLearner, found.rows, str(found.next) if found.next else None)


urlpatterns: list[URLPattern] = [
    resource("pledges", PledgesView, "pledges"),
    resource("pledges/lists", PledgeListsView, "pledge_lists"),
]
