"""The words of notices: ours alone, with the little of an agent's that names the action, made harmless. PURE.

A message leaves the portal: it lies in mailboxes and chat histories for years, and programs draw it that make links of
whatever looks like one. So it holds no payload, no description, no resource and no remark, and the two words of the
agent's it cannot do without, its id and the action's type, are written so that nothing makes a link or a mention of
them. Whoever wants to know more opens the page, signed in.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

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
    invitation: str = "Read it in full:"

    @property
    def subject(self) -> str:
        """One line without a word of an agent's."""
        return f"Foureyes: {self.title}"

    @property
    def text(self) -> str:
        """The message as plain text."""
        width = max((len(name) for name, _ in self.lines), default=0) + 2
        facts = [f"  {name:<{width}}{value}" for name, value in self.lines]
        return "\n".join([self.opening, "", *facts, *([""] if facts else []), self.invitation, self.link, "", _FOOT])


_FOOT = (
    "Following the link decides nothing; it opens a page of the portal.\n"
    "What the agent wrote is not in this message on purpose.\n"
    'How and when you are told is set under "Notices" in the portal.'
)


def message(kind: str, facts: Facts, *, public_url: str, zone: str = "UTC") -> Message:
    """One notice of that kind about one action."""
    said = KINDS[kind]
    title = f"action {facts.number}: {said.title}"
    if said.wants_decision:
        title += f" ({facts.level} risk, {facts.score:g})"
    lines = [
        ("Action", f"#{facts.number}"),
        ("Agent", harmless(facts.agent_id)),
        ("Type", harmless(facts.action_type)),
        ("Risk", f"{facts.level}, {facts.score:g} of 100"),
        *([("Due", clock(facts.deadline, zone))] if facts.deadline else []),
        *([("Stage", harmless(facts.stage, _WHY_LIMIT))] if facts.stage else []),
        *(("Why", harmless(reason, _WHY_LIMIT)) for reason in facts.why[:2]),
    ]
    opening = said.says.format(by=harmless(facts.by) or "Somebody")
    return Message(title, opening, tuple(lines), f"{public_url}/actions/{facts.number}/")


def digest(about: Sequence[tuple[str, Facts]], *, public_url: str, zone: str = "UTC") -> Message:
    """One message about many notices (kind, facts), with the queue's address in it."""
    lines = [
        (
            f"#{facts.number}",
            f"{KINDS[kind].title}: {harmless(facts.action_type)} by {harmless(facts.agent_id)},"
            f" {facts.level} risk ({facts.score:g})"
            + (f", due {clock(facts.deadline, zone)}" if facts.deadline else ""),
        )
        for kind, facts in about[:MOST_LINES]
    ]
    if len(about) > MOST_LINES:
        lines.append(("", f"and {len(about) - MOST_LINES} more"))
    count = "1 action waits" if len(about) == 1 else f"{len(about)} notices wait"
    return Message(f"{count} for you", "What waits for you today:", tuple(lines), f"{public_url}/", "Your queue:")


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
