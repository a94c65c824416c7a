"""The addresses of these pages."""

from __future__ import annotations

from django.urls import path

from reviews.agents import views

urlpatterns = [
    path("agents/", views.listing, name="agents"),
    path("agents/all/", views.switch, name="agents_switch"),
    path("agents/<int:pk>/", views.one, name="agent"),
    path("agents/<int:pk>/block/", views.block, name="agent_block"),
    path("agents/<int:pk>/release/", views.release, name="agent_release"),
]
