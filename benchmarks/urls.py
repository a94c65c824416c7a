"""The portal's addresses, and the bare endpoint's."""

from __future__ import annotations

from django.urls import include, path

from benchmarks.bare import views

urlpatterns = [
    # Below /api/, so that the middlewares step aside for it as they do for the agents' API.
    path("api/bare/submit", views.Submit.as_view()),
    path("", include("governance.urls")),
]
