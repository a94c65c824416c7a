"""The second step of signing in: a code of an authenticator app. allauth computes it; here it is taken, once.

What is kept of it in the database is encrypted with SECRET_KEY: a copy of the database alone makes no codes.
"""

from __future__ import annotations

import base64
import hashlib
import secrets

from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.internal.flows import check_rate_limit
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from governance.models import LastCode, Person


def has_second_factor(person: Person) -> bool:
    """Whether signing in takes a code besides the password."""
    return Authenticator.objects.filter(user=person, type=Authenticator.Type.TOTP).exists()


def codes_left(person: Person) -> int:
    """How many recovery codes are unused."""
    row = Authenticator.objects.filter(user=person, type=Authenticator.Type.RECOVERY_CODES).first()
    return len(RecoveryCodes(row).get_unused_codes()) if row else 0


def take_code(person: Person, text: str) -> bool:
    """Take a code of the person's app: whether it is in force, and of a later half minute than any taken before.

    RFC 6238 (5.2) wants each accepted once, so the half minute is kept with the second step, behind its lock: whichever
    server process is asked, and however many at once, one of them takes it. It stays taken whatever comes of it.
    """
    with transaction.atomic():
        app = Authenticator.objects.select_for_update().filter(user=person, type=Authenticator.Type.TOTP).first()
        step = _step_of(app, text) if app else None
        if step is None:
            return False
        last, is_first = LastCode.objects.get_or_create(second_factor=app, defaults={"step": step})
        return is_first or bool(LastCode.objects.filter(pk=last.pk, step__lt=step).update(step=step))


def _step_of(app: Authenticator, text: str) -> int | None:
    """The half minute, among those in force, whose code this is."""
    secret = SecondFactor().decrypt(app.data["secret"])
    for step in yield_hotp_counters_from_time():
        if compare_user_code(actual=text, expected=format_hotp_value(hotp_value(secret, step))):
            return int(step)
    return None


class CodeForm(AuthenticateForm):
    """The code asked for when signing in: of the app, or a recovery code. Each is taken once."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("Code")
        self.fields["code"].widget.attrs = {
            "autocomplete": "one-time-code",
            "inputmode": "numeric",
            "autofocus": True,
        }

    def clean_code(self) -> str:
        clear_guesses = check_rate_limit(self.user)
        code = str(self.cleaned_data["code"])
        for row in Authenticator.objects.filter(user=self.user):
            is_app = row.type == Authenticator.Type.TOTP
            if take_code(self.user, code) if is_app else row.wrap().validate_code(code):
                row.user = self.user
                self.authenticator = row
                clear_guesses()
                return code
        raise SecondFactor().validation_error("incorrect_code")


class SecondFactor(DefaultMFAAdapter):
    """allauth's adapter: the words of refusals, the name in the app, and the secrets encrypted."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("This code is wrong or was used already. Wait for the next one and enter that."),
    }

    def get_totp_issuer(self) -> str:
        return "Foureyes"

    def _get_user_identifier(self, user: Person) -> str:
        return user.username

    def encrypt(self, text: str) -> str:
        return _box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        try:
            return _box().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            # SECRET_KEY was changed: no code fits any more, and an admin must take the second step away.
            return base64.b32encode(secrets.token_bytes(20)).decode()


def _box() -> Fernet:
    key = hashlib.sha256(b"second factor:" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))
