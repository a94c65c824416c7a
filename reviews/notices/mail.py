"""One e-mail, by whichever backend EMAIL_URL names."""

from __future__ import annotations

import hashlib
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage

from reviews.notices.texts import Message


def post(address: str, message: Message, *, key: str) -> None:
    """Send one message. Raises what the backend raises.

    `key` becomes the Message-ID, the same in every repeat, so that mailboxes can drop the second one.
    """
    host = urlsplit(settings.PUBLIC_URL).hostname or "foureyes.invalid"
    EmailMessage(
        subject=message.subject,
        body=message.text,
        to=[address],
        headers={
            "Message-ID": f"<{key}@{host.strip('[]').replace(':', '-')}>",
            # Nobody's absence notice shall answer this one.
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
        },
    ).send()


def key_of(numbers: list[str]) -> str:
    """The name of one message: of its one notice, or of exactly these notices together."""
    return numbers[0] if len(numbers) == 1 else "digest-" + hashlib.sha256(" ".join(numbers).encode()).hexdigest()[:32]
