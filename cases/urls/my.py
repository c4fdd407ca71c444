"""Addresses below `/my/`, but for the letters."""

from django.urls import path

from cases.views import (
    check_in,
    comparing,
    home,
    my,
    my_account_check,
    my_advisers,
    my_answer,
    my_appeal,
    my_consent,
    my_measure,
    my_meetings,
    my_more_time,
    my_reports,
    my_statement,
)

app_name = "my"

urlpatterns = [
    path("", home.mine, name="home"),
    path("reports/", my_reports.my_reports, name="reports"),
    path("reports/<uuid:report_id>/", my_reports.my_report, name="report"),
    path("reports/<uuid:report_id>/answer/", my_reports.answer, name="answer_report"),
    path("reports/<uuid:report_id>/files/<uuid:file_id>/", my_reports.file, name="report_file"),
    path("reports/<uuid:report_id>/review/", my_reports.review, name="review"),
    path("reports/<uuid:report_id>/check-in/", check_in.check_in, name="check_in"),
    path("cases/", my.cases, name="cases"),
    path("cases/<str:number>/", my.case, name="case"),
    path("cases/<str:number>/answer/", my_answer.answer, name="answer"),
    path("cases/<str:number>/answered/", my_answer.answered, name="answered"),
    path("cases/<str:number>/more-time/", my_more_time.more_time, name="more_time"),
    path("cases/<str:number>/appeal/", my_appeal.appeal, name="appeal"),
    path("cases/<str:number>/appealed/", my_appeal.appealed, name="appealed"),
    path("cases/<str:number>/advisers/", my_advisers.advisers, name="advisers"),
    path("cases/<str:number>/advisers/<uuid:public_id>/", my_advisers.change, name="adviser"),
    path("cases/<str:number>/advisers/<uuid:public_id>/end/", my_advisers.end, name="adviser_end"),
    path("names/", my_consent.consents, name="consents"),
    path("names/<uuid:public_id>/", my_consent.consent, name="consent"),
    path("names/<uuid:public_id>/withdraw/", my_consent.withdraw, name="consent_withdraw"),
    path("statements/<uuid:public_id>/", my_statement.statement, name="statement"),
    path("account-check/<uuid:public_id>/", my_account_check.check, name="account_check"),
    path(
        "account-check/<uuid:public_id>/not-mine/",
        my_account_check.not_mine,
        name="account_not_mine",
    ),
    path("account-check/<uuid:public_id>/keep/", my_account_check.keep, name="account_keep"),
    path("account-check/<uuid:public_id>/code/", my_account_check.code, name="account_code"),
    path("account-check/<uuid:public_id>/close/", my_account_check.close, name="account_close"),
    path("account-check/<uuid:public_id>/closed/", my_account_check.closed, name="account_closed"),
    path("measures/<uuid:public_id>/", my_measure.measure, name="measure"),
    path("cases/<str:number>/evidence/<uuid:public_id>/", my.evidence, name="evidence"),
    path(
        "cases/<str:number>/evidence/<uuid:public_id>/pdf/", comparing.mine, name="comparison_pdf"
    ),
    path("cases/<str:number>/notes/<uuid:file_id>/", my.note_file, name="note_file"),
    path("cases/<str:number>/meetings/<uuid:public_id>/", my_meetings.meeting, name="meeting"),
    path(
        "cases/<str:number>/meetings/<uuid:public_id>/calendar/",
        my_meetings.download,
        name="meeting_calendar",
    ),
    path(
        "cases/<str:number>/meetings/<uuid:public_id>/minutes/<uuid:minutes_id>/",
        my_meetings.minutes,
        name="meeting_minutes",
    ),
]
