"""Pledges: `/pledges/`."""

from django.urls import path

from policies.views import pledge_lists, pledges

app_name = "pledges"

urlpatterns = [
    path("", pledges.mine, name="mine"),
    path("lists/", pledge_lists.lists, name="lists"),
    path("lists/<slug:slug>/", pledge_lists.version, name="current"),
    path("lists/<slug:slug>/v<int:number>/", pledge_lists.version, name="version"),
    path(
        "lists/<slug:slug>/v<int:number>/courses/<slug:course>/",
        pledge_lists.in_course,
        name="in_course",
    ),
    path("lists/<slug:slug>/v<int:number>/pledges.csv", pledge_lists.export, name="export"),
    path("lists/<slug:slug>/v<int:number>/remind/", pledge_lists.remind, name="remind"),
    # Below a word of its own: a course may have any short name, also that of the lists.
    path("courses/<slug:slug>/", pledges.course, name="course"),
]
