"""Where administrators look after policies: `/policies/manage/`."""

from django.urls import URLPattern

app_name = "policy_office"

urlpatterns: list[URLPattern] = []
