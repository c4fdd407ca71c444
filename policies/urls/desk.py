"""Questions about policies, for the desk: `/desk/questions/`."""

from django.urls import URLPattern

app_name = "policy_desk"

urlpatterns: list[URLPattern] = []
