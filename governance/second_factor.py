"""The second step of signing in: a code of an authenticator app. allauth computes and checks it.

What is kept of it in the database is encrypted with SECRET_KEY: a copy of the database alone makes no codes.
"""

from __future__ import annotations

import base64
import hashlib
import secrets

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext_lazy as _

from governance.models import Person

# A code is taken in its own half minute and in the ones before and after; longer than that nobody must take it again.
_REMEMBERED = 120  # seconds


def has_second_factor(person: Person) -> bool:
    """Whether signing in takes a code besides the password."""
    return Authenticator.objects.filter(user=person, type=Authenticator.Type.TOTP).exists()


def codes_left(person: Person) -> int:
    """How many recovery codes are unused."""
    row = Authenticator.objects.filter(user=person, type=Authenticator.Type.RECOVERY_CODES).first()
    return len(RecoveryCodes(row).get_unused_codes()) if row else 0


def is_fresh_code(person: Person, text: str) -> bool:
    """Whether the text is a code of the person's app that is in force and was not taken yet. It is taken by that."""
    row = Authenticator.objects.filter(user=person, type=Authenticator.Type.TOTP).first()
    return row is not None and TOTP(row).validate_code(text) and _first_use(person, text)


def _first_use(person: Person, code: str) -> bool:
    digits = "".join(code.split())
    mark = hashlib.sha256(f"{person.pk}:{digits}".encode()).hexdigest()
    return bool(cache.add(f"code-taken:{mark}", True, timeout=_REMEMBERED))


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
        code = super().clean_code()
        if not _first_use(self.user, code):
            raise SecondFactor().validation_error("incorrect_code")
        return code


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
