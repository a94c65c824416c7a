"""The addresses of these pages."""

from __future__ import annotations

from django.urls import path

from reviews.dashboard import views

urlpatterns = [
    path("dashboard/", views.page, name="dashboard"),
    path("dashboard/<slug:slug>.csv", views.export, name="dashboard_csv"),
]
