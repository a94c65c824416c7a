"""Every address of the portal. This file and settings.py are the wiring: they alone name the other packages."""

from __future__ import annotations

from allauth.account import views as accounts
from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path
from django.utils.translation import gettext_lazy as _
from django.views.generic import RedirectView

from governance import views
from governance.admin import front_page

# One way in, one way out, one place to change a password: Django admin's own would skip rate limits and the ledger.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.logout = accounts.logout  # type: ignore[method-assign]
admin.site.password_change = RedirectView.as_view(pattern_name="account_change_password")  # type: ignore[method-assign,assignment]
admin.site.site_header = admin.site.site_title = "Foureyes"
admin.site.index_title = _("Rules, agents and people")
admin.site.site_url = None  # the frame has its own ways back to the portal
admin.site.get_app_list = front_page.jobs  # type: ignore[method-assign]
admin.site.index = front_page.index  # type: ignore[method-assign]

urlpatterns = [
    path("", include("actions.api.urls")),
    path("", include("reviews.urls")),
    # Of allauth's addresses only these: accounts are made by admins, and nothing here depends on mail.
    path("accounts/login/", accounts.login, name="account_login"),
    path("accounts/logout/", accounts.logout, name="account_logout"),
    path("accounts/inactive/", accounts.account_inactive, name="account_inactive"),
    path("accounts/reauthenticate/", accounts.reauthenticate, name="account_reauthenticate"),
    path("accounts/password/change/", accounts.password_change, name="account_change_password"),
    # The second step of signing in, and the sessions' own page is that of the settings.
    path("accounts/2fa/", views.index, name="mfa_index"),
    path("accounts/2fa/code/", views.Authenticate.as_view(), name="mfa_authenticate"),
    path("accounts/2fa/on/", views.Enable.as_view(), name="mfa_activate_totp"),
    path("accounts/2fa/on/code.svg", views.picture, name="mfa_picture"),
    path("accounts/2fa/off/", views.Disable.as_view(), name="mfa_deactivate_totp"),
    path("accounts/2fa/recovery-codes/", views.RecoveryCodeList.as_view(), name="mfa_view_recovery_codes"),
    path("accounts/2fa/recovery-codes/new/", views.NewRecoveryCodes.as_view(), name="mfa_generate_recovery_codes"),
    path("admin/", admin.site.urls),
]

handler500 = "governance.failures.server_error"
