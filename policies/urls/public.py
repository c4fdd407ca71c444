"""Public pages of policies."""

from django.urls import path

from policies.views import public as views

app_name = "policies"

urlpatterns = [
    path("", views.policies, name="list"),
    path("<slug:slug>/", views.policy, name="document"),
    path("<slug:slug>/v<int:number>/", views.version, name="version"),
    path("<slug:slug>/compare/", views.compare, name="compare"),
]
