"""Every address of the portal. This file and settings.py are the wiring: they alone name the other packages."""

from __future__ import annotations

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

# One way in: Django admin's own login page would skip rate limits and the ledger.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.site_header = admin.site.site_title = "Foureyes"
admin.site.index_title = "Rules, agents and people"

urlpatterns = [
    path("", include("actions.api.urls")),
    path("", include("reviews.urls")),
    path("accounts/", include("allauth.account.urls")),
    path("admin/", admin.site.urls),
]

handler500 = "governance.failures.server_error"
