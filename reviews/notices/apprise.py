"""Everything that Apprise knows and we do not: an optional package, imported only when a channel needs it.

Apprise opens its own connections, so the portal cannot say where they go (docs/notices.md): installing it is the
operator's word that admins may name any address.
"""

from __future__ import annotations

import importlib
import logging

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reviews.notices.texts import Message
from reviews.notices.webhooks import Undeliverable

MISSING = gettext_lazy(
    "The package apprise is not installed where this runs. Install it: .venv/bin/python -m pip install apprise."
)


def post(url: str, message: Message) -> None:
    """Send one message as plain text. Raises Undeliverable, also where the package is missing."""
    try:
        apprise = importlib.import_module("apprise")
    except ImportError:
        raise Undeliverable(str(MISSING)) from None
    # It names the URL, which is a secret, in what it logs.
    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
    receiver = apprise.Apprise()
    if not receiver.add(url):
        raise Undeliverable(_("Apprise does not understand the channel's URL."))
    if not receiver.notify(title=message.subject, body=message.text, body_format="text"):
        raise Undeliverable(_("Apprise could not send it."))
