"""The words of notices: ours, one link, nothing of the payload, and nothing an agent writes does anything."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core import mail

from actions.models import Action
from reviews import outbox
from reviews.models import Notice
from reviews.notices import chat, deliveries, sending
from reviews.notices.kinds import KINDS
from reviews.notices.preferences import save_display
from reviews.notices.texts import Facts, Message, digest, harmless, message
from tests.reviews.notices import say
from tests.reviews.pages import DECEPTIVE, DECEPTIVE_NAMES, XSS, hostile_fields
from tests.support import lifecycles
from tests.support.api import Api
from tests.support.lifecycles import actor_of
from tests.support.people import key_for, person_called

URL = "https://portal.example.org"
SECRET = "tiger-tiger-burning-bright"
HOSTILE = "x\r\nBcc: all@evil.example\r\n\r\nhttps://evil.example/a <!channel> <@U1> www.evil.example **b** [c](d) &"


def facts(**fields: Any) -> Facts:
    return Facts(
        **(
            {
                "number": 7,
                "agent_id": "a-1",
                "action_type": "transaction",
                "level": "high",
                "score": 85.0,
                "deadline": None,
            }
            | fields
        )
    )


def drawn(words: Message) -> Iterator[str]:
    """The message as every receiver gets it."""
    yield words.subject + "\n" + words.text
    for payload in (chat.slack(words), chat.teams(words), chat.generic(words, kind="wanted", key="k")):
        yield json.dumps(payload, ensure_ascii=False)


@pytest.mark.django_db
def test_it_works(api: Api, settings: Any) -> None:
    settings.PUBLIC_URL = URL
    rita = person_called("rita")
    action_id = lifecycles.pending(api)
    outbox.announce()
    deliveries.deliver()
    sent = next(one for one in mail.outbox if one.to == [rita.email])
    assert sent.subject == f"Foureyes: action {action_id}: your decision is wanted (high risk, 85)"
    body = str(sent.body)
    assert re.findall(r"https?://\S+", body) == [f"{URL}/actions/{action_id}/"]
    deadline = Action.objects.get(pk=action_id).deadline
    assert deadline is not None
    for line in (
        "An agent waits for your decision.",
        "customer-service-agent-001",
        "transaction",
        "high, 85 of 100",
        f"{deadline:%Y-%m-%d %H:%M} UTC",
        "Human review required: risk 85 >= 70",
    ):
        assert line in body
    assert sent.extra_headers["Auto-Submitted"] == "auto-generated"
    assert sent.extra_headers["Message-ID"].endswith("@portal.example.org>")


@pytest.mark.django_db
@pytest.mark.parametrize("kind", KINDS)
def test_no_message_holds_what_the_agent_wrote(api: Api, kind: str) -> None:
    action_id = lifecycles.pending(
        api,
        description=f"D {SECRET}",
        resource=f"R {SECRET}",
        tool_name=f"T {SECRET}",
        agent_name=f"N {SECRET}",
        action_details={"amount": 12400, "recipient": SECRET, SECRET: 1},
        context={"note": SECRET},
    )
    action = Action.objects.get(pk=action_id)
    words = message(kind, sending.facts_of(Notice(kind=kind, facts={"by": "Olga"}), action), public_url=URL)
    for text in drawn(words):
        assert SECRET not in text
        assert "12400" not in text
        assert f"/actions/{action_id}/" in text


@pytest.mark.django_db
def test_hostile_fields_reach_a_mailbox_harmless(team: Any) -> None:
    """The agent's id and the action's type are the two words of its own in there."""
    rita = person_called("rita")
    name = f"agent {XSS}{DECEPTIVE}"[:200]
    api = Api(key_for(name, team=team.name))
    answer = api.submit(agent_id=name, **hostile_fields(XSS))
    assert answer.status == 200, answer.json
    outbox.announce()
    deliveries.deliver()
    sent = next(one for one in mail.outbox if one.to == [rita.email])
    whole = sent.message().as_string() + str(sent.body)
    assert "<script" not in whole
    assert "<img" not in whole
    assert not set(DECEPTIVE) & set(str(sent.body)) - set("gnp.exepаypal[2J ")
    assert "U+202E" in str(sent.body) and "U+202E" in DECEPTIVE_NAMES


@pytest.mark.parametrize("field", ["agent_id", "action_type", "by", "stage"])
def test_no_line_header_link_or_mention_of_an_agents(field: str) -> None:
    for kind in KINDS:
        words = message(kind, facts(**{field: HOSTILE}, why=(HOSTILE,)), public_url=URL)
        assert "\n" not in words.subject and "\r" not in words.subject
        assert not re.search(r"(?m)^Bcc:", words.text)
        for text in drawn(words):
            assert len(re.findall(r"https?://(?!adaptivecards)", text)) == 1
            assert "evil.example" not in text
            assert "<!channel" not in text and "<@" not in text
            assert "@evil" not in text


def test_a_new_line_in_a_name_is_one_line() -> None:
    shown = message("mention", facts(by="Eve\nBcc: x\x00\u2028y"), public_url=URL).text
    assert "Eve ⏎ Bcc: x[U+0000][U+2028]y mentioned you" in shown


def test_the_rule_of_links_itself() -> None:
    assert harmless("transaction") == "transaction"
    assert harmless("customer-service-agent-001") == "customer-service-agent-001"
    assert harmless("Risk 85 is high. A person decides.") == "Risk 85 is high. A person decides."
    assert harmless("https://evil.example/x@y") == "https[:]//evil[.]example[/]x[at]y"
    assert harmless("x" * 100) == "x" * 80 + "…"


def test_slack_takes_no_orders() -> None:
    payload = chat.slack(message("wanted", facts(agent_id="a & <!here>"), public_url=URL))
    assert "a &amp; [lt]!here&gt;" in json.dumps(payload)
    kinds = {block["text"]["type"] for block in payload["blocks"] if "text" in block}
    assert kinds == {"plain_text", "mrkdwn"}
    markdown = [block["text"]["text"] for block in payload["blocks"] if block.get("text", {}).get("type") == "mrkdwn"]
    assert markdown == [f"<{URL}/actions/7/|Open it in Foureyes>"]


def test_teams_gets_a_card_without_markdown() -> None:
    payload = chat.teams(message("wanted", facts(action_type="**x** [a](b)"), public_url=URL))
    card = payload["attachments"][0]["content"]
    assert {block["type"] for block in card["body"]} == {"RichTextBlock"}
    assert card["actions"] == [{"type": "Action.OpenUrl", "title": "Open it in Foureyes", "url": f"{URL}/actions/7/"}]


def test_a_digest_has_one_link_and_an_end() -> None:
    words = digest([("wanted", facts(number=number, agent_id=HOSTILE)) for number in range(60)], public_url=URL)
    assert words.subject == "Foureyes: 60 notices wait for you"
    assert "and 10 more" in words.text
    assert re.findall(r"https?://\S+", words.text) == [f"{URL}/"]


@pytest.mark.django_db
def test_a_link_only_opens_the_page(api: Api, sign_in: Any) -> None:
    """Mail scanners open every link, some of them with the reader's own session (threats AC28)."""
    rita = person_called("rita")
    action_id = lifecycles.pending(api)
    outbox.announce()
    deliveries.deliver()
    body = str(next(one for one in mail.outbox if one.to == [rita.email]).body)
    (link,) = re.findall(r"https?://[^/]+(/\S+)", body)
    assert sign_in(rita).get(link).status_code == 200
    assert Action.objects.get(pk=action_id).state == "pending"


@pytest.mark.django_db
def test_times_are_on_the_readers_clock(api: Api) -> None:
    rita = person_called("rita")
    save_display(rita, actor=actor_of(rita), time_zone="Asia/Kolkata")
    action_id = lifecycles.pending(api)
    say("wanted", action_id, rita)
    deliveries.deliver()
    deadline = Action.objects.get(pk=action_id).deadline
    assert deadline is not None
    assert f"IST ({deadline:%H:%M} UTC)" in str(mail.outbox[0].body)
