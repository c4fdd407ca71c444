"""Reviews, dissemination and mailings of a policy: `/policies/manage/...`.

`reviews` and `mailings` are in `document.RESERVED_SLUGS`, for a policy stands in their place.
"""

from django.urls import path

from policies.views import mailings, reviews, telling

app_name = "policy_reviews"

urlpatterns = [
    path("reviews/", reviews.overview, name="overview"),
    path("<slug:slug>/review/", reviews.review, name="review"),
    path("<slug:slug>/review/meeting/", reviews.meeting, name="meeting"),
    path("<slug:slug>/review/invite/", reviews.invite, name="invite"),
    path("<slug:slug>/review/record/", reviews.record, name="record"),
    path("<slug:slug>/review/input/<uuid:public_id>/", reviews.answer, name="answer"),
    path("<slug:slug>/review/<uuid:public_id>/", reviews.held, name="held"),
    path("<slug:slug>/tell/", telling.telling, name="telling"),
    path("<slug:slug>/tell/medium/", telling.medium, name="medium"),
    path("<slug:slug>/tell/email/", telling.email, name="email"),
    path("<slug:slug>/tell/v<int:number>/", telling.new_version, name="new_version"),
    path("mailings/<uuid:public_id>/", mailings.progress, name="mailing"),
    path("mailings/<uuid:public_id>/stop/", mailings.stop, name="stop"),
]
