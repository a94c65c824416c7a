"""reviews.rendering: nothing an agent sends is hidden, and nothing of it is markup."""

from __future__ import annotations

import re
import time
import unicodedata
from typing import Any

import pytest

from governance.characters import MAX_BREAKS
from reviews.rendering import compared, leaf, plain, tree, typed, visible, visible_line

# Every tag rendering.py ever writes for such a text.
OUR_TAGS = {
    *('<ul class="tree">', "</ul>", "<li>", "</li>", "</span>", "<br>"),
    *(f'<span class="{name}">' for name in ("k", "s", "t", "n", "w", "ctrl", "mixed", "nl", "nl ctrl")),
    '<span class="ctrl" title="zero width space">',
}


def test_it_works() -> None:
    assert visible("Pay the invoice of October.") == "Pay the invoice of October."
    assert (
        visible("new@example.com\u200b") == 'new@example.com<span class="ctrl" title="zero width space">U+200B</span>'
    )


def every_character_nobody_sees() -> list[str]:
    """All Cc, Cf, Zl, Zp and Zs but the plain space and the line break; the ends and middles of Co, Cn and Cs."""
    found = [
        chr(code)
        for code in range(0x110000)
        if unicodedata.category(chr(code)) in ("Cc", "Cf", "Zl", "Zp", "Zs") and chr(code) not in " \n"
    ]
    private_or_unassigned = (0xE000, 0xF8FF, 0xF0000, 0x10FFFD, 0x378, 0xFDD0, 0xFFFE, 0xE0080, 0x10FFFF)
    lone_surrogates = (0xD800, 0xDFFF)
    fillers = (0x034F, 0x115F, 0x1160, 0x17B4, 0x180B, 0x2800, 0x3164, 0xFFA0, 0xFE00, 0xFE0F, 0xE0100, 0xE01EF)
    return found + [chr(code) for code in (*private_or_unassigned, *lone_surrogates, *fillers)]


def test_every_character_nobody_sees_is_named() -> None:
    for char in every_character_nobody_sees():
        name = f"U+{ord(char):04X}"
        for before, after in (("a", "b"), ("", ""), (" ", " "), ("ж", "ж"), ("1", "!")):
            shown = visible(f"{before}{char}{after}")
            assert re.search(rf'<span class="ctrl" title="[^"]{{2,}}">{re.escape(name)}</span>', shown), name
            assert char not in shown, name
            assert f"[{name}]" in plain(f"{before}{char}{after}"), name


@pytest.mark.parametrize(
    "text",
    [
        "привет мир",
        "Γειά σου",
        "שלום",
        "नमस्ते",
        "你好",
        "안녕하세요",
        "Ünïcödé",
        "naïve café",
        "e\u0301te\u0301",
        "12 € – “fine”",
        "😀",
    ],
)
def test_languages_of_people_are_left_alone(text: str) -> None:
    assert visible(text) == text
    assert plain(text) == text


@pytest.mark.parametrize(
    ("word", "note"),
    [
        ("pаypal", "mixed Latin+Cyrillic"),
        ("Αdmin", "mixed Latin+Greek"),
        ("аррӏе inc", "looks Latin, is Cyrillic"),
        ("ａｄｍｉｎ", "styled letters"),
        ("𝐚𝐝𝐦𝐢𝐧", "styled letters"),
        ("a∕b", ""),
        ("a／b", "U+FF0F"),
    ],
)
def test_disguised_words_are_marked(word: str, note: str) -> None:
    assert (f'<span class="ctrl">{note}</span>' in visible(word)) == bool(note)


def test_newlines_are_marked_and_a_flood_of_them_is_counted() -> None:
    assert visible("a\nb") == 'a<span class="nl">⏎</span><br>b'
    assert visible("a" + "\n" * 40 + "b") == 'a<span class="nl ctrl">⏎ × 40</span><br>b'
    assert "U+000D" in visible("a\r\nb")


def test_what_our_people_typed_has_line_breaks_and_hides_nothing() -> None:
    assert typed("a <b>\r\n\nc\u200b") == (
        'a &lt;b&gt;<br><br>c<span class="ctrl" title="zero width space">U+200B</span>'
    )
    flood = typed("x\n" * 5000)
    assert flood.count("<br>") == MAX_BREAKS
    assert flood.count("x") == 5000


def test_what_differs_is_marked_where_every_part_can_be_drawn_by_itself() -> None:
    old, new = compared("mara@example.com", "mara@examp1e.com") or ("", "")
    assert old == '<span class="s">"mara@examp<del class="part">l</del>e.com"</span>'
    assert new == '<span class="s">"mara@examp<ins class="part">1</ins>e.com"</span>'
    assert (compared("<i>a</i>", "<i>b</i>") or "")[1] == (
        '<span class="s">"&lt;i&gt;<ins class="part">b</ins>&lt;/i&gt;"</span>'
    )
    assert compared("Müller", "Möller") == (
        '<span class="s">"M<del class="part">ü</del>ller"</span>',
        '<span class="s">"M<ins class="part">ö</ins>ller"</span>',
    )
    # A mark of a whole word would be lost in its parts.
    for one, other in (("paypal", "p\u0430ypal"), ("ab", "a\u200bb"), ("ete", "e\u0301te"), (1, 2), ("abc", "xyz")):
        assert compared(one, other) is None


def test_no_text_has_more_drawn_lines_than_a_page_can_bear() -> None:
    shown = visible("x\n" * 5000)
    assert shown.count("<br>") == MAX_BREAKS
    assert shown.count("⏎") == 5000
    assert shown.count("x") == 5000


def test_floods_of_one_kind_are_counted() -> None:
    assert visible("a" + "\u200b" * 500) == 'a<span class="ctrl" title="zero width space">U+200B × 500</span>'
    assert visible("a" + " " * 500 + "b") == 'a<span class="ctrl">space × 500</span>b'
    assert "U+0301 × 97</span>" in visible("e" + "\u0301" * 100)


def test_a_combining_mark_never_lands_on_our_own_characters() -> None:
    assert visible("\u0338x").startswith('<span class="ctrl" title="combining long solidus overlay">U+0338</span>')
    assert '"\u0338' not in tree({"a": "\u0338x"}).html


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "' autofocus onfocus='alert(1)",
        "&lt;b&gt;",
        "[a](javascript:x)",
    ],
)
def test_markup_is_text(text: str) -> None:
    for shown in (visible(text), visible_line(text), visible(text + "\u200b"), leaf(text), tree({text: text}).html):
        tags = set(re.findall(r"<[^>]*>", shown))
        assert tags <= OUR_TAGS, tags - OUR_TAGS
        assert "'" not in shown


def test_addresses_are_not_made_links() -> None:
    assert "href" not in visible("see https://evil.example/ and mail a@b.example")


def test_a_cut_says_how_much_is_missing() -> None:
    shown = visible_line("x" * 100, limit=60)
    assert shown.startswith("x" * 60 + '<span class="cut" title="40 more characters">…')
    assert plain("x" * 100, limit=60) == "x" * 60 + "…"
    assert "<br>" not in visible_line("a\nb")


def test_the_tree_shows_every_value_with_its_type() -> None:
    payload: dict[str, Any] = {
        "text": "12", "number": 12, "float": 1.5, "yes": True, "no": False, "nothing": None,
        "empty": {}, "none": [], "list": [1, "a", None], "deep": {"er": [{"x": "y"}]}, "odd key\u200b": "",
    }  # fmt: skip
    drawn = tree(payload)
    assert drawn.fields == 13
    for part in ('"12"</span>', 'class="n">12<', "1.5", "true", "false", "null", "{}", "[]", "odd key", "U+200B"):
        assert part in drawn.html
    assert drawn.html.count("<li>") == len(payload) + 3  # deep.er, its one item, and x


def test_a_second_line_cannot_pose_as_a_field() -> None:
    assert 'class="s lines"' in tree({"note": 'ok\napproved_by "CISO"'}).html


def test_the_deepest_payload_is_drawn() -> None:
    value: Any = "bottom"
    for _ in range(32):
        value = {"in": value}
    assert "bottom" in tree(value).html


@pytest.mark.parametrize(
    "payload",
    [
        {f"key_{index}": f"value of number {index}, in words" for index in range(1500)},
        {"text": "The quick brown fox jumps over the lazy dog. " * 1400},
        {"numbers": list(range(12_000))},
        {"zero_width": "\u200b\u200c" * 10_900},
        {"newlines": "a\n" * 32_000},
        {"spaces": "é" + "   x" * 16_000},
        {"one_run": "a" + " " * 64_000 + "b"},
        {"returns": "é" + "\r" * 10_000},
        {"marks": "a\u0301" * 20_000},
        {"styled": "ａ " * 16_000},
        {"nested": [[1]] * 12_000},
    ],
    ids=lambda payload: next(iter(payload)),
)
def test_the_largest_payload_is_drawn_in_no_time(payload: dict[str, Any]) -> None:
    # Ordinary payloads take 5 ms of an idle processor, hostile ones up to 60; the rest is room for a busy one.
    assert min(_seconds(payload) for _ in range(3)) < 0.5


def _seconds(payload: dict[str, Any]) -> float:
    start = time.process_time()
    tree(payload)
    return time.process_time() - start
