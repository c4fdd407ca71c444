"""Public pages of policies. What stands here beside a policy is in `document.RESERVED_SLUGS`."""

from django.urls import path

from policies.views import embed, questions, review_public
from policies.views import public as views

app_name = "policies"

urlpatterns = [
    path("", views.policies, name="list"),
    path("questions/", questions.questions, name="questions"),
    path("<slug:slug>/", views.policy, name="document"),
    path("<slug:slug>/embed/", embed.embed, name="embed"),
    path("<slug:slug>/v<int:number>/", views.version, name="version"),
    path("<slug:slug>/v<int:number>/embed/", embed.embed_version, name="embed_version"),
    path("<slug:slug>/v<int:number>/helpful/", views.helpful, name="helpful"),
    path("<slug:slug>/v<int:number>/ask/", questions.ask, name="ask"),
    path("<slug:slug>/review/", review_public.review, name="review"),
    path("<slug:slug>/compare/", views.compare, name="compare"),
]
