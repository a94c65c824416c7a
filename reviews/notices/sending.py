"""One message out of one notice, or out of a person's digest: whether it is still wanted, its words, and its way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from actions.models import Action, State
from governance import languages
from governance.models import Person
from reviews.eligibility import JOINED, VOTES, Reviewer, refusal
from reviews.models import Channel, Notice, NoticePreference
from reviews.notices import apprise, chat, mail, webhooks
from reviews.notices.kinds import KINDS
from reviews.notices.receivers import clock_of, preferences_of, send_time
from reviews.notices.texts import Facts, Message, digest, message, worded
from reviews.notices.webhooks import Undeliverable


class NotNeeded(Exception):
    """There is nothing to tell any more. The text says why."""


class Later(Exception):
    """The receiver has quiet hours; `at` is when they end."""

    def __init__(self, at: datetime):
        self.at = at
        super().__init__(f"not before {at.isoformat()}")


def send(notices: Sequence[Notice]) -> None:
    """Send these as one message. Must be called outside any transaction: it waits for others.

    Raises NotNeeded, Later, Undeliverable, and whatever a mail backend raises.
    """
    first = notices[0]
    if first.channel_id is not None:
        return _to_channel(first)
    return _to_person(notices)


def send_test(channel: Channel) -> None:
    """One message that says it is a test. Raises Undeliverable."""
    with translation.override(settings.DEFAULT_LANGUAGE):
        opening = _("This is a test of the channel “{name}”.").format(name=channel.name)
        words = worded(_("a test"), opening, (), f"{settings.PUBLIC_URL}/", invitation=_("The portal:"))
    _WAYS[channel.kind](channel, words, "test", f"test-{timezone.now().timestamp():.0f}")


def name_of(notice: Notice) -> str:
    """What the notice is called in every repeat."""
    return f"notice-{notice.pk}-{int(notice.created_at.timestamp())}"


def facts_of(notice: Notice, action: Action) -> Facts:
    """What may be said about its action."""
    route = action.way
    stage = _("{stage} of {stages}: {wanted}").format(
        stage=action.stage, stages=len(route.stages), wanted=route.stages[action.stage - 1].words
    )
    reasons = action.verdict.get("reasons") or action.assessment.get("review_reasons") or []
    return Facts(
        number=action.pk,
        agent_id=action.agent.agent_id,
        action_type=action.action_type,
        level=action.risk_level,
        score=action.risk_score,
        deadline=action.deadline if action.state == State.PENDING else None,
        stage=stage if len(route.stages) > 1 and action.state == State.PENDING else "",
        why=tuple(str(reason) for reason in reasons),
        by=str(notice.facts.get("by", "")),
    )


def _to_channel(notice: Notice) -> None:
    channel = Channel.objects.get(notices=notice)
    if not channel.is_enabled:
        raise NotNeeded("Not sent: the channel is switched off.")
    action = _action_of(notice)
    if KINDS[notice.kind].wants_decision and action.state != State.PENDING:
        raise NotNeeded("Not sent: the action is decided.")
    # A room has no language of its own, and no clock but the portal's.
    with translation.override(settings.DEFAULT_LANGUAGE):
        words = message(notice.kind, facts_of(notice, action), public_url=settings.PUBLIC_URL)
    _WAYS[channel.kind](channel, words, notice.kind, name_of(notice))


def _to_person(notices: Sequence[Notice]) -> None:
    person = Person.objects.get(notices=notices[0])
    preference = preferences_of([person])[person.pk]
    if not person.is_active or not person.email or preference.email == NoticePreference.Email.OFF:
        raise NotNeeded("Not sent: this person gets no e-mail.")
    if len(notices) == 1 and KINDS[notices[0].kind].urgent:
        not_before = send_time(notices[0].kind, preference, timezone.now())
    else:
        # The digest's hour has come, or a retry's moment: only quiet hours are to be kept.
        not_before = clock_of(preference).after_quiet(timezone.now())
    if not_before > timezone.now():
        raise Later(not_before)
    reviewer = Reviewer(person)
    about = [(one, action) for one in notices if (action := _still_wanted(one, reviewer)) is not None]
    if not about:
        raise NotNeeded("Not sent: there is nothing left for this person to do.")
    key = mail.key_of([name_of(one) for one in notices])
    # Only the words are theirs: what is noted when sending fails is read by admins, and is English.
    with translation.override(languages.written_to(person)):
        words = _words(about, preference)
    mail.post(person.email, words, key=key)


def _words(about: list[tuple[Notice, Action]], preference: NoticePreference) -> Message:
    facts = [(one.kind, facts_of(one, action)) for one, action in about]
    is_digest = preference.email == NoticePreference.Email.DIGEST and not KINDS[facts[0][0]].urgent
    if is_digest or len(facts) > 1:
        return digest(facts, public_url=settings.PUBLIC_URL, zone=preference.person.time_zone)
    return message(*facts[0], public_url=settings.PUBLIC_URL, zone=preference.person.time_zone)


def _still_wanted(notice: Notice, reviewer: Reviewer) -> Action | None:
    """Its action, if the person still sees it and, where a decision is wanted, can still give one."""
    action = _action_of(notice)
    if not Action.objects.visible_to(reviewer.person).filter(pk=action.pk).exists():
        return None
    if KINDS[notice.kind].wants_decision and refusal(reviewer, action) is not None:
        return None
    return action


def _action_of(notice: Notice) -> Action:
    return Action.objects.select_related(*JOINED).prefetch_related(*VOTES).get(notices=notice)


Way = Callable[[Channel, Message, str, str], None]


def _webhook(payload: Callable[[Message], dict[str, Any]]) -> Way:
    return lambda channel, words, kind, key: webhooks.post(channel.url, payload(words), key=key)


def _generic(channel: Channel, words: Message, kind: str, key: str) -> None:
    webhooks.post(channel.url, chat.generic(words, kind=kind, key=key), key=key)


def _apprise(channel: Channel, words: Message, kind: str, key: str) -> None:
    apprise.post(channel.url, words)


_WAYS: dict[str, Way] = {
    Channel.Kind.SLACK: _webhook(chat.slack),
    Channel.Kind.TEAMS: _webhook(chat.teams),
    Channel.Kind.GENERIC: _generic,
    Channel.Kind.APPRISE: _apprise,
}

__all__ = ["Later", "NotNeeded", "Undeliverable", "facts_of", "name_of", "send", "send_test"]
