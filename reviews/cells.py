"""The cells of a queue's row as HTML: drawn here, because 25 rows of small templates take longer than all their
statements. PURE: what they say was asked before.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from governance import frozen_words
from reviews.rendering import visible_line

_LEVELS = {
    "low": gettext_lazy("Low"),
    "medium": gettext_lazy("Medium"),
    "high": gettext_lazy("High"),
    "critical": gettext_lazy("Critical"),
}
_MOST_PIPS = 8


def level(name: str) -> str:
    """A level or a severity in words; what is none of them as it is."""
    return str(_LEVELS.get(name) or str(name or "").title())


def risk(name: str, score: float) -> SafeString:
    """The risk as word, shape, number and colour, always the four together."""
    known = name if name in _LEVELS else ""
    return format_html(
        '<span class="risk {}">{} <span class="num">{}</span></span>', known, level(name), frozen_words.number(score)
    )


def what(number: int, url: str, sentence: SafeString, agent: str, *rest: str) -> SafeString:
    """What will happen, as the link to it, and below it who wants it and whereon."""
    return format_html(
        '<a id="action-{}" href="{}">{}</a><div class="faint about">{}<span class="rest">{}</span></div>',
        number,
        url,
        sentence,
        visible_line(agent, limit=40),
        format_html_join("", " · {}", ((visible_line(one, limit=40),) for one in rest)),
    )


def pick(number: int, digest: str) -> SafeString:
    """The box that selects it, for exactly the content that is shown."""
    return SafeString(_box(number, digest, _select_words()))


def pips(given: int, needed: int) -> SafeString:
    """How many of the approvals it needs are there: drawn up to eight, and always in words."""
    most = min(needed, _MOST_PIPS)
    done = min(given, most)
    return format_html(
        '<span class="pips" role="img" aria-label="{}">{}</span> <span class="faint num" aria-hidden="true">{}</span>',
        _("{given} of {needed} approvals").format(given=given, needed=needed),
        SafeString('<i class="done"></i>' * done + "<i></i>" * (most - done)),
        _("{given} of {needed}").format(given=given, needed=needed),
    )


def twins(number: int, url: str, rows: Iterable[tuple[int, str, int | None]], *, may_pick: bool) -> SafeString:
    """The equal ones folded into a row, whose own address is given. Each is (number, digest, what it may retry)."""
    words, before, lines = _select_words(), url.removesuffix(f"{number}/"), []
    for pk, digest, retry in rows:
        box = _box(pk, digest, words) if may_pick else ""
        flag = f' <span class="flag">{escape(retry_words(retry))}</span>' if retry else ""
        lines.append(f'<li>{box} <a id="action-{pk:d}" href="{before}{pk:d}/">#{pk:d}</a>{flag}</li>')
    said = ngettext(
        "and {number} more like it, possible duplicate", "and {number} more like it, possible duplicates", len(lines)
    ).format(number=len(lines))
    return format_html(
        '<details class="twins" id="twins-{}"><summary>{}</summary>{}<ul class="plain">{}</ul></details>',
        number,
        said,
        format_html(
            '<p class="faint">{}</p>',
            _("The row’s own box selects #{number} alone; each of these has its own.").format(number=number),
        )
        if may_pick and lines
        else "",
        SafeString("".join(lines)),
    )


def _select_words() -> str:
    return escape(_("Select action {number}"))


def _box(number: int, digest: str, words: str) -> str:
    """Plain str, for speed: a flood of a thousand equal actions is one row."""
    return (
        f'<label><input type="checkbox" form="bulk" name="chosen" id="pick-{number:d}"'
        f' value="{number:d}:{escape(digest)}"><span class="away">{words.format(number=number)}</span></label>'
    )


def retry_words(number: int) -> str:
    """That it may be a retry of an earlier one."""
    return _("Possible retry of #{number}").format(number=number)
