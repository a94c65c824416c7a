"""allauth's pages for the second step of signing in, each step with its ledger entry in one transaction."""

from __future__ import annotations

from typing import Any

from allauth.account.decorators import reauthentication_required
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView, ViewRecoveryCodesView
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from governance.second_factor import codes_left, take_code
from governance.sign_in import record, record_stranger


@method_decorator(never_cache, name="dispatch")
class Authenticate(AuthenticateView):
    """Signing in: the code, after the password."""

    def form_valid(self, form: Any) -> HttpResponse:
        person = self.stage.login.user
        with transaction.atomic():
            response = super().form_valid(form)
            if form.authenticator.type == Authenticator.Type.RECOVERY_CODES:
                record("person.recovery_code_used", person, self.request, left=codes_left(person))
        return response

    def form_invalid(self, form: Any) -> HttpResponse:
        if form.has_error("code", "incorrect_code"):
            with transaction.atomic():
                record_stranger("person.code_failed", self.stage.login.user, self.request)
        return super().form_invalid(form)


@method_decorator(never_cache, name="dispatch")
class Enable(ActivateTOTPView):
    """Switching it on: scan, then prove it by a code."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        secret = context["form"].secret
        context["secret"] = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
        field = context["form"].fields["code"]
        field.label = _("Code of the app")
        field.widget.attrs = {"autocomplete": "one-time-code", "inputmode": "numeric"}
        return context

    def form_valid(self, form: Any) -> HttpResponse:
        with transaction.atomic():
            response = super().form_valid(form)
            # The code it was proved by is a code that was taken.
            take_code(self.request.user, form.cleaned_data["code"])
            record("person.second_factor_enabled", self.request.user, self.request)
        return response

    def get_success_url(self) -> str:
        return reverse("mfa_view_recovery_codes")


@never_cache
@login_required
@require_safe
@reauthentication_required(app="allauth.mfa")
def picture(request: HttpRequest) -> HttpResponse:
    """The QR code of what Enable shows: an image of its own, since the Content-Security-Policy allows no data: one."""
    secret = request.session.get(SECRET_SESSION_KEY)
    if not secret:
        raise Http404
    adapter = get_adapter()
    svg = adapter.build_totp_svg(adapter.build_totp_url(request.user, secret))
    return HttpResponse(svg, content_type="image/svg+xml")


@method_decorator(never_cache, name="dispatch")
class Disable(DeactivateTOTPView):
    """Switching it off."""

    def form_valid(self, form: Any) -> HttpResponse:
        with transaction.atomic():
            response = super().form_valid(form)
            record("person.second_factor_disabled", self.request.user, self.request)
        return response

    def get_success_url(self) -> str:
        return reverse("profile")


@method_decorator(never_cache, name="dispatch")
class NewRecoveryCodes(GenerateRecoveryCodesView):
    """New recovery codes in place of the old ones."""

    def form_valid(self, form: Any) -> HttpResponse:
        with transaction.atomic():
            response = super().form_valid(form)
            record("person.recovery_codes_made", self.request.user, self.request)
        return response


@method_decorator(never_cache, name="dispatch")
class RecoveryCodeList(ViewRecoveryCodesView):
    """The unused recovery codes, to keep somewhere else than the phone."""


def index(request: HttpRequest) -> HttpResponse:
    """allauth's overview is a section of the settings page."""
    return redirect(f"{reverse('profile')}#security")
