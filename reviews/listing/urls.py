"""The addresses of these pages."""

from __future__ import annotations

from django.urls import path

from reviews.listing import views

urlpatterns = [
    path("actions/", views.page, name="actions"),
    path("actions/export.csv", views.export, name="actions_csv"),
]
