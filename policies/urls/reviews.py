"""Reviews, dissemination and mailings of a policy: `/policies/manage/<slug>/...`."""

from django.urls import URLPattern

app_name = "policy_reviews"

urlpatterns: list[URLPattern] = []
