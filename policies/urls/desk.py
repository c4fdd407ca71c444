"""Questions about policies, for the desk: `/desk/questions/`."""

from django.urls import path

from policies.views import desk as views

app_name = "policy_desk"

urlpatterns = [
    path("", views.questions, name="questions"),
    path("<uuid:public_id>/", views.question, name="question"),
]
