"""The addresses of what people arrange at their desk."""

from __future__ import annotations

from django.urls import path

from reviews.desk import views

urlpatterns = [
    path("views/", views.save, name="view_save"),
    path("views/<int:pk>/", views.change, name="view_change"),
    path("views/<int:pk>/delete/", views.delete, name="view_delete"),
    path("density/", views.density, name="density"),
]
