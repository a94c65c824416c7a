"""The addresses of the pages."""

from __future__ import annotations

from django.urls import include, path

from reviews import views
from reviews.away import views as away
from reviews.bulk import views as bulk
from reviews.notices import views as notices
from reviews.standing import views as standing

urlpatterns = [
    path("", views.queue, name="queue"),
    path("queues/<slug:slug>/", views.queue, name="queue_of"),
    path("", include("reviews.desk.urls")),
    path("", include("reviews.listing.urls")),
    path("", include("reviews.agents.urls")),
    path("", include("reviews.rules.urls")),
    path("", include("reviews.dashboard.urls")),
    path("", include("reviews.oversight.urls")),
    path("", include("reviews.personal.urls")),
    path("actions/<int:pk>/", views.action, name="action"),
    path("actions/<int:pk>/decide/", views.decide, name="decide"),
    path("actions/<int:pk>/claim/now/", views.at_it, name="at_it"),
    path("actions/<int:pk>/nearly/", views.nearly, name="nearly"),
    path("actions/<int:pk>/next/", views.following, name="following"),
    path("actions/<int:pk>/<slug:slug>/", views.move, name="move"),
    path("notices/", notices.preferences, name="notices"),
    path("away/", away.page, name="away"),
    path("away/<int:pk>/end/", away.end, name="away_end"),
    path("bulk/", bulk.page, name="bulk"),
    path("standing/", standing.listing, name="standing_list"),
    path("standing/<int:pk>/", standing.one, name="standing"),
    path("standing/<int:pk>/vote/", standing.vote, name="standing_vote"),
    path("standing/<int:pk>/revoke/", standing.revoke, name="standing_revoke"),
    path("standing/trial/<int:pk>/", standing.trial, name="standing_trial"),
    path("history/", views.history, name="history"),
    path("history/export.csv", views.export, name="history_export"),
]
