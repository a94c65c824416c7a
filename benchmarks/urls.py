"""The portal's addresses and the two bare ones, which lie under /api/ so that no page's middleware slows them."""

from django.urls import include, path

from benchmarks.bare import views

urlpatterns = [
    path("api/bare/submit", views.Submit.as_view()),
    path("api/bare/<int:pk>/status", views.Status.as_view()),
    path("", include("governance.urls")),
]
