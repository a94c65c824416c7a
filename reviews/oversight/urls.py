"""The addresses of these pages."""

from __future__ import annotations

from django.urls import path

from reviews.oversight import views

urlpatterns = [
    path("oversight/", views.page, name="oversight"),
    path("oversight/export.csv", views.export, name="oversight_csv"),
]
