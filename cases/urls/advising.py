"""Addresses below `/advising/`."""

from django.urls import path

from cases.views import advising, advising_drafts, comparing

app_name = "advising"

urlpatterns = [
    path("", advising.advising, name="list"),
    path("<uuid:public_id>/", advising.case, name="case"),
    path("<uuid:public_id>/accept/", advising.accept, name="accept"),
    path("<uuid:public_id>/decline/", advising.decline, name="decline"),
    path("<uuid:access_id>/answer/", advising_drafts.answer, name="answer"),
    path("<uuid:access_id>/appeal/", advising_drafts.appeal, name="appeal"),
    path("<uuid:access_id>/evidence/<uuid:public_id>/", advising.evidence, name="evidence"),
    path(
        "<uuid:access_id>/evidence/<uuid:public_id>/pdf/",
        comparing.advised,
        name="comparison_pdf",
    ),
    path("<uuid:access_id>/notes/<uuid:file_id>/", advising.note_file, name="note_file"),
    path(
        "<uuid:access_id>/meetings/<uuid:public_id>/calendar/",
        advising.meeting_calendar,
        name="meeting_calendar",
    ),
]
