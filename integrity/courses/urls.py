"""Addresses below `/courses/`."""

from django.urls import path

from integrity.courses import views

app_name = "courses"

urlpatterns = [
    path("", views.courses, name="courses"),
    path("<slug:slug>/", views.course, name="course"),
    path("<slug:slug>/assignments/<uuid:public_id>/", views.assignment, name="assignment"),
    path("<slug:slug>/assignments/<uuid:public_id>/permits/", views.permits, name="permits"),
    path(
        "<slug:slug>/assignments/<uuid:assignment_id>/submissions/<uuid:public_id>/",
        views.submission,
        name="submission",
    ),
    path("<slug:slug>/posts/<uuid:public_id>/", views.post, name="post"),
    path("<slug:slug>/channels/<uuid:public_id>/", views.channel, name="channel"),
]
