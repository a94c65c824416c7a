"""The addresses of these pages."""

from __future__ import annotations

from django.urls import path

from reviews.rules import views

urlpatterns = [
    path("rules/", views.policies, name="rules"),
    path("rules/policies/<int:pk>/", views.policy, name="policy"),
    path("rules/routes/", views.routes, name="rules_routes"),
    path("rules/routes/<int:pk>/", views.route, name="route"),
    path("rules/thresholds/", views.thresholds, name="rules_thresholds"),
    path("rules/action-types/", views.action_types, name="rules_action_types"),
    path("rules/action-types/<int:pk>/", views.action_type, name="action_type_rule"),
    path("rules/words/", views.words, name="rules_words"),
    path("rules/indicators/", views.indicators, name="rules_indicators"),
    path("rules/levels/", views.levels, name="rules_levels"),
    path("catalogue/", views.techniques, name="catalogue"),
    path("catalogue/techniques/<str:identifier>/", views.technique, name="technique"),
    path("catalogue/controls/", views.controls, name="catalogue_controls"),
    path("catalogue/controls/<str:identifier>/", views.control, name="control"),
]
