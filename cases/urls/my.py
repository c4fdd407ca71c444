"""Addresses below `/my/`, but for the letters."""

from django.urls import path

from cases.views import home, my, my_appeal, my_reports

app_name = "my"

urlpatterns = [
    path("", home.mine, name="home"),
    path("reports/", my_reports.my_reports, name="reports"),
    path("reports/<uuid:report_id>/", my_reports.my_report, name="report"),
    path("cases/", my.cases, name="cases"),
    path("cases/<str:number>/", my.case, name="case"),
    path("cases/<str:number>/answer/", my.answer, name="answer"),
    path("cases/<str:number>/answered/", my.answered, name="answered"),
    path("cases/<str:number>/appeal/", my_appeal.appeal, name="appeal"),
    path("cases/<str:number>/appealed/", my_appeal.appealed, name="appealed"),
    path("cases/<str:number>/evidence/<uuid:public_id>/", my.evidence, name="evidence"),
]
