"""The words of notices: ours alone, with the little of an agent's that names the action, made harmless. PURE.

A message leaves the portal: it lies in mailboxes and chat histories for years, and programs draw it that make links of
whatever looks like one. So it holds no payload, no description, no resource and no remark, and the two words of the
agent's it cannot do without, its id and the action's type, are written so that nothing makes a link or a mention of
them. Whoever wants to know more opens the page, signed in.

Everything is said in the language that is active; sending.py activates the receiver's for as long as this takes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from governance import frozen_words
from governance.characters import plain
from reviews.notices.kinds import KINDS
from reviews.notices.times import zone_named

_LIMIT = 80
_WHY_LIMIT = 200
# Most lines of a digest; the rest is a number.
MOST_LINES = 50
# What mail and chat programs make a link, a mention or an element of: addresses, host names, @, an opening bracket.
_LIVELY = re.compile(r"://|@|\.(?=\w)|(?<=\w)/(?=\w)|<(?=[^\s=])")
_TAMED = {"://": "[:]//", "@": "[at]", ".": "[.]", "/": "[/]", "<": "[lt]"}


@dataclass(frozen=True, slots=True)
class Facts:
    """What a message may say about an action. `why` is what the rules gave as reasons; `by` a person's name."""

    number: int
    agent_id: str
    action_type: str
    level: str
    score: float
    deadline: datetime | None
    stage: str = ""
    why: tuple[str, ...] = ()
    by: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """One message: `lines` are its facts, `link` the one address in it, which only opens a page."""

    title: str
    opening: str
    lines: tuple[tuple[str, str], ...]
    link: str
    invitation: str
    foot: str
    button: str

    @property
    def subject(self) -> str:
        """One line without a word of an agent's."""
        return f"Foureyes: {self.title}"

    @property
    def text(self) -> str:
        """The message as plain text."""
        width = max((len(name) for name, _ in self.lines), default=0) + 2
        facts = [f"  {name:<{width}}{value}" for name, value in self.lines]
        return "\n".join(
            [self.opening, "", *facts, *([""] if facts else []), self.invitation, self.link, "", self.foot]
        )


def worded(title: str, opening: str, lines: Sequence[tuple[str, str]], link: str, *, invitation: str = "") -> Message:
    """A message with what every one ends with."""
    foot = (
        _("Following the link decides nothing; it opens a page of the portal."),
        _("What the agent wrote is not in this message on purpose."),
        _("How and when you are told is set under “Notices” in the portal."),
    )
    invitation = invitation or _("Read it in full:")
    return Message(title, opening, tuple(lines), link, invitation, "\n".join(foot), _("Open it in Foureyes"))


def message(kind: str, facts: Facts, *, public_url: str, zone: str = "UTC") -> Message:
    """One notice of that kind about one action."""
    said = KINDS[kind]
    score = frozen_words.number(facts.score)
    title = _("action {number}: {title}").format(number=facts.number, title=said.title)
    if said.wants_decision:
        title += f" ({frozen_words.risk(facts.level)}, {score})"
    of_100 = _("{level}, {score} of 100").format(level=frozen_words.level(facts.level), score=score)
    lines = [
        (_("Action"), f"#{facts.number}"),
        (_("Agent"), harmless(facts.agent_id)),
        (_("Type"), harmless(facts.action_type)),
        (_("Risk"), of_100),
        *([(_("Due"), clock(facts.deadline, zone))] if facts.deadline else []),
        *([(_("Stage"), harmless(facts.stage, _WHY_LIMIT))] if facts.stage else []),
        *((_("Why"), harmless(frozen_words.reason(reason), _WHY_LIMIT)) for reason in facts.why[:2]),
    ]
    opening = str(said.says).format(by=harmless(facts.by) or _("Somebody"))
    return worded(title, opening, lines, f"{public_url}/actions/{facts.number}/")


def digest(about: Sequence[tuple[str, Facts]], *, public_url: str, zone: str = "UTC") -> Message:
    """One message about many notices (kind, facts), with the queue's address in it."""
    lines = [(f"#{facts.number}", _line(kind, facts, zone)) for kind, facts in about[:MOST_LINES]]
    if len(about) > MOST_LINES:
        lines.append(("", _("and {count} more").format(count=len(about) - MOST_LINES)))
    title = ngettext("{count} action waits for you", "{count} notices wait for you", len(about))
    opening, queue = _("What waits for you today:"), _("Your queue:")
    return worded(title.format(count=len(about)), opening, lines, f"{public_url}/", invitation=queue)


def _line(kind: str, facts: Facts, zone: str) -> str:
    says = _DUE if facts.deadline else _NOT_DUE
    return str(says).format(
        title=KINDS[kind].title,
        type=harmless(facts.action_type),
        agent=harmless(facts.agent_id),
        risk=frozen_words.risk(facts.level),
        score=frozen_words.number(facts.score),
        due=clock(facts.deadline, zone) if facts.deadline else "",
    )


_NOT_DUE = gettext_lazy("{title}: {type} by {agent}, {risk} ({score})")
_DUE = gettext_lazy("{title}: {type} by {agent}, {risk} ({score}), due {due}")


def harmless(text: str, limit: int = _LIMIT) -> str:
    """A text from outside on one line, cut, every hidden character named, and nothing in it taken for a link.

    `evil.example/x` becomes `evil[.]example[/]x`, as security reports write it.
    """
    shown = plain(text, limit=limit).replace("\n", " ").replace("\r", " ")
    return _LIVELY.sub(lambda match: _TAMED[match[0]], shown)


def clock(at: datetime, zone: str) -> str:
    """A moment on the reader's own clock, and on the portal's where they differ."""
    here = at.astimezone(zone_named(zone))
    utc = at.astimezone(zone_named("UTC"))
    shown = f"{here:%Y-%m-%d %H:%M} {here.tzname()}"
    return shown if here.utcoffset() == utc.utcoffset() else f"{shown} ({utc:%H:%M} UTC)"
