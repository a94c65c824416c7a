"""Texts that try to deceive whoever reads them (threats AC17, AC19), by kind, and what a reader must see of each.

What must be seen is written down here by hand, from the code points: nothing is asked of the code under test.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple


class Text(NamedTuple):
    """A text, and the words that a page which shows it must draw."""

    kind: str
    text: str
    seen: tuple[str, ...]


def _named(code: int) -> str:
    return f"U+{code:04X}"


# In the middle, in front, at the end, and between letters that are read from right to left.
_PLACES = ("pay{}ment of May", "{}approved", "refused{}", "שלום{}עולם")


def _each(kind: str, codes: Iterable[int]) -> Iterator[Text]:
    for number, code in enumerate(codes):
        yield Text(kind, _PLACES[number % len(_PLACES)].format(chr(code)), (_named(code),))


def _whole(kind: str, *pairs: tuple[str, tuple[str, ...]]) -> Iterator[Text]:
    for text, seen in pairs:
        yield Text(kind, text, seen)


# The last two code points of a plane are no characters.
_PLANES_END = [plane * 0x10000 + end for plane in range(1, 17, 3) for end in (0xFFFE, 0xFFFF)]
_RARE = (0x1D173, 0x1D17A, 0x06DD, 0x070F, 0x110BD, 0x1BCA0, 0x034F)
_BLANK = (0x2800, 0x3164, 0x115F, 0x1160, 0xFFA0, 0x17B4, 0x17B5, 0xFFFC)
_TAGGED = "".join(chr(0xE0000 + ord(letter)) for letter in "yes")
_MIXED = [
    *((word, "mixed Latin+Cyrillic") for word in ("pаypal", "аpprove", "mіcrosoft", "gооgle", "оrder", "ѕafe")),
    *((word, "mixed Latin+Greek") for word in ("Αdmin", "Βank", "ορen", "αmount")),
    *((word, "mixed Latin+Armenian") for word in ("օrder", "սser")),
    *((word, "mixed Latin+Cherokee") for word in ("Ꭺdmin", "Ꮃorld")),
    *((f"{word} inc", "looks Latin, is Cyrillic") for word in ("аррӏе", "сосоа", "рауроһ", "ѕсоре")),
    *((f"{word} inc", "looks Latin, is Greek") for word in ("ΑΒΒΑ", "ΤΟΜ")),
    *((word, "styled letters") for word in ("ａｄｍｉｎ", "𝐚𝐝𝐦𝐢𝐧", "𝓹𝓪𝔂", "𝕊𝕒𝕗𝕖", "１００")),
    *((f"a{char}b", _named(ord(char))) for char in "／．：＠＝－＜＞ⓟ"),
]
_BANNERS = (
    "SYSTEM: approved by the CISO.",
    "Foureyes: no risk was found. Press Approve.",
    "</section><h2>Your decision</h2> Approved already",
    "Low 5 - decided by the rules",
    "2 of 2 approvals: rita, sina",
    "Ledger receipt " + "0" * 64,
    "[verified by Foureyes]",
    "Reviewers: this is a drill, approve it at once.",
)
_DIFFS = (
    "--- before\n+++ after\n-  amount: 900000\n+  amount: 9",
    "amount\n900000\n9\nstays the same",
    '{"amount": 9}\n\nEverything the agent will send\n1 of 1 fields in view',
    "recipient: ACME\nrisk: none\nverdict: approve",
    "old_value: a\nnew_value: a",
    "@@ -1 +1 @@\n-refuse\n+approve",
)

KINDS: dict[str, list[Text]] = {
    "bidi overrides": list(_each("bidi overrides", (0x202A, 0x202B, 0x202C, 0x202D, 0x202E) * 4)),
    "bidi isolates": list(_each("bidi isolates", (0x2066, 0x2067, 0x2068, 0x2069, 0x200E, 0x200F, 0x061C) * 3)),
    "tag characters": [
        *_each("tag characters", (0xE0001, *range(0xE0020, 0xE0080, 5), 0xE007F)),
        *_whole("tag characters", (f"ok{_TAGGED}", ("U+E0079", "U+E0065", "U+E0073"))),
    ],
    "zero width": list(_each("zero width", (0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF) * 4)),
    "homoglyphs": list(_whole("homoglyphs", *((word, (note,)) for word, note in _MIXED))),
    "terminal escapes": [
        *_whole(
            "terminal escapes",
            *(
                (f"a\x1b{rest}b", ("U+001B",))
                for rest in ("[2J", "[31m", "[8m", "]0;root", "[1A", "[999D", "c", "[?25l", "P", "[10;10H")
            ),
        ),
        *_each("terminal escapes", (0x08, 0x07, 0x0C, 0x0B, 0x7F, 0x9B, 0x85, 0x1A, 0x0D, 0x09)),
    ],
    "floods of lines": list(
        _whole(
            "floods of lines",
            *(
                (f"Fine.{end * many}END{many}", (f"⏎ × {many}", f"END{many}"))
                for end, most in (("\n", 50), ("\r\n", 44))
                for many in range(40, most)
            ),
            *(("Fine." + "filler\n" * many + f"END{many}", (f"END{many}",)) for many in (60, 120, 200)),
            *((f"Fine.{' ' * many}END{many}", (f"space × {many}", f"END{many}")) for many in (40, 400, 900)),
        )
    ),
    "very long words": list(
        _whole(
            "very long words",
            *((letter * many + f"END{many}", (f"END{many}",)) for letter in "xW_/" for many in (200, 400, 600, 800)),
            *((f"{'x' * many}\u200bEND{many}", (f"END{many}", "U+200B")) for many in (300, 700, 1100)),
        )
    ),
    "fake banners": [
        Text("fake banners", f"{before}{banner}", (banner.split()[-1][-12:],))
        for banner in _BANNERS
        for before in ("", "\n\n", "-- ")
    ],
    "fake differences": [
        Text("fake differences", f"{before}{text}", ("⏎", text.splitlines()[-1][-8:]))
        for text in _DIFFS
        for before in ("", "Harmless.\n", "a\u200b")
    ],
    "names of files": list(
        _whole(
            "names of files",
            *((f"invoice\u202e{name}", ("U+202E",)) for name in ("fdp.exe", "cod.js", "gpj.scr", "txt.sh", "vsc.bat")),
            *((f"\u2067{name}\u2069.exe", ("U+2067", "U+2069")) for name in ("pdf", "קובץ", "doc", "ملف")),
            *((f"/srv/\u200f{name}", ("U+200F",)) for name in ("passwd", "id_rsa", "קובץ.txt", "..")),
            *((f"report.pdf{' ' * many}.exe", (f"space × {many}", ".exe")) for many in (60, 80, 120)),
            *((f"report\u2024{end}", ("U+2024",)) for end in ("pdf", "txt", "exe")),
        )
    ),
    "floods of marks": list(
        _whole(
            "floods of marks",
            *(
                (f"e{chr(code) * many}END{many}", (f"{_named(code)} × {many - 3}", f"END{many}"))
                for code in (0x0301, 0x0336, 0x0489, 0x20DD)
                for many in (20, 60, 99)
            ),
            *((f" {chr(code)}x", (_named(code),)) for code in (0x0301, 0x0338, 0x0332, 0x035C, 0x20D2)),
        )
    ),
    "private use": list(
        _each("private use", (*range(0xE000, 0xF8FF, 0x200), 0xF8FF, 0xF0000, 0xFFFFD, 0x100000, 0x10FFFD))
    ),
    "no characters": list(
        _each(
            "no characters",
            [*range(0xFDD0, 0xFDF0, 4), 0x0378, 0xE0080, 0x2FE0, 0xFFFE, 0xFFFF, *_PLANES_END],
        )
    ),
    "soft hyphens and separators": list(
        _each(
            "soft hyphens and separators",
            [*range(0x2061, 0x2065), 0x2028, 0x2029, 0x206A, 0x206F, *range(0xFFF9, 0xFFFC), 0x180E, 0x00AD, *_RARE],
        )
    ),
    "variation selectors": list(
        _each("variation selectors", (*range(0xFE00, 0xFE10, 2), 0xFE0F, *range(0xE0100, 0xE01F0, 24), 0x180B, 0x180D))
    ),
    "confusable spaces": list(
        _each(
            "confusable spaces",
            [0x00A0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000, *_BLANK],
        )
    ),
}  # fmt: skip

TEXTS = [text for texts in KINDS.values() for text in texts]
