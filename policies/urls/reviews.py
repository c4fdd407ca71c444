"""Reviews, dissemination and mailings of a policy: `/policies/manage/<slug>/...`, and what everybody may add."""

from django.urls import URLPattern

app_name = "policy_reviews"

urlpatterns: list[URLPattern] = []
