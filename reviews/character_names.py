"""Plain names of characters that cannot be seen or that deceive: U+200B is a zero width space. PURE."""

from __future__ import annotations

import unicodedata

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

_NAMES = {
    "\0": gettext_lazy("null character"),
    "\b": gettext_lazy("backspace"),
    "\t": gettext_lazy("tab"),
    "\r": gettext_lazy("carriage return"),
    "\x1b": gettext_lazy("escape character"),
    "\x7f": gettext_lazy("delete character"),
    "\xa0": gettext_lazy("no-break space"),
    "\xad": gettext_lazy("soft hyphen"),
    "\u200b": gettext_lazy("zero width space"),
    "\u200c": gettext_lazy("zero width non-joiner"),
    "\u200d": gettext_lazy("zero width joiner"),
    "\u200e": gettext_lazy("left-to-right mark"),
    "\u200f": gettext_lazy("right-to-left mark"),
    "\u202a": gettext_lazy("left-to-right embedding"),
    "\u202b": gettext_lazy("right-to-left embedding"),
    "\u202c": gettext_lazy("end of a turned direction"),
    "\u202d": gettext_lazy("left-to-right override"),
    "\u202e": gettext_lazy("right-to-left override"),
    "\u202f": gettext_lazy("narrow no-break space"),
    "\u2060": gettext_lazy("word joiner"),
    "\u2066": gettext_lazy("left-to-right isolate"),
    "\u2067": gettext_lazy("right-to-left isolate"),
    "\u2069": gettext_lazy("end of an isolate"),
    "\u3164": gettext_lazy("blank letter"),
    "\ufe0f": gettext_lazy("variation selector"),
    "\ufeff": gettext_lazy("zero width no-break space"),
}
_BY_CATEGORY = {
    "Cc": gettext_lazy("control character"),
    "Co": gettext_lazy("character of private use"),
    "Cn": gettext_lazy("character that does not exist"),
    "Cs": gettext_lazy("half of a character"),
}


def plain_name(char: str) -> str:
    """What it is called. Unicode's own name where no plainer one is known."""
    if char in _NAMES:
        return str(_NAMES[char])
    if "\U000e0020" <= char <= "\U000e007e":
        return _("hidden letter {letter}").format(letter=chr(ord(char) - 0xE0000))
    category = unicodedata.category(char)
    return str(_BY_CATEGORY[category]) if category in _BY_CATEGORY else unicodedata.name(char, "?").lower()
