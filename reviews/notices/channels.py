"""VERB: save_channel. A chat room that is told; its URL is a secret that no page, log or entry shows whole."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from governance import ledger
from governance.actors import Actor
from governance.errors import InvalidChannel
from reviews.models import Channel
from reviews.notices.addresses import fault_of

_FIELDS = ("name", "kind", "team", "is_enabled")


def save_channel(channel: Channel, *, actor: Actor) -> Channel:
    """Make a channel, or save what was changed on it. A change that changes nothing writes nothing.

    Raises InvalidChannel, with nothing written, also for a URL that leads to where no message may go. The URL's name is
    not looked up here, only when something is sent: names change what they mean.
    """
    with transaction.atomic():
        before = Channel.objects.select_for_update(of=("self",)).filter(pk=channel.pk).first()
        check_channel(channel)
        changes = _changes(before, channel)
        if not changes:
            return channel
        channel.save()
        ledger.append(
            "channel.changed" if before else "channel.created",
            actor=actor,
            stream=f"channel:{channel.pk}",
            subject={"kind": "channel", "id": str(channel.pk)},
            data={"name": channel.name, "changes": "; ".join(changes)},
        )
    return channel


def masked(channel: Channel) -> str:
    """The URL without what is secret in it. Apprise keeps secrets in the place of the host, too."""
    parts = urlsplit(channel.url)
    host = "" if channel.kind == Channel.Kind.APPRISE else parts.hostname or ""
    return f"{parts.scheme}://{host}/…" if host else f"{parts.scheme}://…"


def check_channel(channel: Channel) -> None:
    """Raise InvalidChannel for one that cannot be saved."""
    try:
        channel.full_clean()
    except ValidationError as exc:
        errors = {name: " ".join(messages) for name, messages in exc.message_dict.items()}
        raise InvalidChannel(f"{' '.join(errors.values())} {_('Nothing was changed.')}", errors=errors) from None
    if channel.kind == Channel.Kind.APPRISE:
        fault = "" if urlsplit(channel.url).scheme else _("An Apprise URL begins with the name of a service and ://.")
    else:
        fault = fault_of(channel.url, allow_private=settings.ALLOW_PRIVATE_WEBHOOKS)
    if fault:
        raise InvalidChannel(f"{fault} {_('Nothing was changed.')}", errors={"url": fault})


def _changes(before: Channel | None, channel: Channel) -> list[str]:
    changes = []
    for name in _FIELDS:
        old, new = (getattr(before, name) if before else None), getattr(channel, name)
        if before is None or old != new:
            changes.append(f"{name}: {_words(new)}" if before is None else f"{name}: {_words(old)} -> {_words(new)}")
    if before is None or before.url != channel.url:
        changes.append(f"url: {masked(channel)}")
    return changes


def _words(value: object) -> str:
    return "every team" if value is None else "yes" if value is True else "no" if value is False else str(value)
