"""A strip of bars, one for each day, as SVG: tall ones for all, narrow ones inside them for a part of these. PURE."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

HEIGHT = 56
_STEP, _WIDE, _NARROW = 10, 8, 4


class Bar(NamedTuple):
    """One day: what is said of it, how many there were, and how many of these are the part."""

    words: str
    whole: int
    part: int


def strip(bars: Sequence[Bar], label: str) -> SafeString:
    """The bars drawn to the height of the tallest. What is not nothing is never drawn as nothing."""
    most = max((bar.whole for bar in bars), default=0)
    drawn = format_html_join(
        "",
        '<g><title>{}</title><rect class="reach" x="{}" y="0" width="{}" height="{}"/>{}{}</g>',
        (
            (
                bar.words,
                index * _STEP,
                _STEP,
                HEIGHT,
                _rect("whole", index * _STEP + 1, _WIDE, bar.whole, most),
                _rect("part", index * _STEP + 1 + (_WIDE - _NARROW) // 2, _NARROW, bar.part, most),
            )
            for index, bar in enumerate(bars)
        ),
    )
    return format_html(
        '<svg class="strip" viewBox="0 0 {} {}" preserveAspectRatio="none" role="img" aria-label="{}">{}</svg>',
        max(1, len(bars)) * _STEP,
        HEIGHT,
        label,
        drawn,
    )


def _rect(css: str, x: int, width: int, number: int, most: int) -> SafeString:
    if number <= 0 or most <= 0:
        return SafeString("")
    height = max(2, round(HEIGHT * number / most))
    return format_html(
        '<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>', css, x, HEIGHT - height, width, height
    )
