"""The addresses of these pages."""

from __future__ import annotations

from django.urls import path

from reviews.agents import views

urlpatterns = [
    path("agents/", views.listing, name="agents"),
    path("agents/<int:pk>/", views.one, name="agent"),
]
