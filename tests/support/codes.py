"""The codes an authenticator app would show, computed as allauth computes them."""

from __future__ import annotations

import re
import time
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY, format_hotp_value, hotp_value
from django.test import Client

from governance.models import Person
from governance.second_factor import SecondFactor
from tests.support.cast import PASSWORD

ON = "/accounts/2fa/on/"


def code(secret: str, *, steps: int = 0) -> str:
    """What the app shows now, or so many half minutes later."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps)))


def secret_of(person: Person) -> str:
    """The key in the app of somebody who has a second step."""
    row = Authenticator.objects.get(user=person, type=Authenticator.Type.TOTP)
    return SecondFactor().decrypt(row.data["secret"])


def prove(client: Client) -> Any:
    """The password once more, as the pages about the second step ask for it."""
    return client.post("/accounts/reauthenticate/", {"password": PASSWORD})


def switch_on(client: Client) -> str:
    """Set up the second step as a person does. The key in the app."""
    prove(client)
    assert client.get(ON).status_code == 200
    secret = str(client.session[SECRET_SESSION_KEY])
    answer = client.post(ON, {"code": code(secret)})
    assert answer.status_code == 302, re.findall(r'class="error"[^>]*>([^<]*)', answer.content.decode())
    return secret
