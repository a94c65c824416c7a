"""The addresses of these pages."""

from __future__ import annotations

from django.urls import path

from reviews.personal import views

urlpatterns = [
    path("settings/", views.profile, name="profile"),
]
