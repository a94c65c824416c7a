"""The addresses of a person's own settings."""

from __future__ import annotations

from django.urls import path

from reviews.personal import views

urlpatterns = [
    path("settings/", views.profile, name="profile"),
    path("settings/sessions/end/", views.end, name="end_sessions"),
]
