"""The addresses of these pages."""

from __future__ import annotations

from django.urls import path

from reviews.rules import views

urlpatterns = [
    path("rules/", views.index, name="rules"),
    path("catalogue/", views.catalogue, name="catalogue"),
]
