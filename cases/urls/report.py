"""Addresses below `/report/`."""

from django.urls import path

from cases.views import check_in, report, report_follow, report_notices

app_name = "report"

urlpatterns = [
    path("", report.choose, name="choose"),
    path("flag/", report.flag, name="flag"),
    path("violation/", report.violation, name="violation"),
    path("incident/", report.incident, name="incident"),
    path("processing/<slug:version>/", report_notices.processing, name="processing"),
    path("good-faith/<slug:version>/", report_notices.good_faith, name="good_faith"),
    path("follow/", report_follow.follow, name="follow"),
    path("follow/answer/", report_follow.answer, name="follow_answer"),
    path("follow/review/", report_follow.review, name="follow_review"),
    path("follow/files/<uuid:file_id>/", report_follow.file, name="follow_file"),
    path("follow/check-in/", check_in.follow_check_in, name="follow_check_in"),
    path("follow/leave/", report_follow.leave, name="follow_leave"),
    path("<uuid:report_id>/", report.resume, name="resume"),
    path("<uuid:report_id>/sent/", report.sent, name="sent"),
    path("<uuid:report_id>/discard/", report.discard, name="discard"),
    path("<uuid:report_id>/<slug:slug>/", report.step, name="step"),
]
