"""Comments: who may write them, whom they mention, and that no agent ever gets one."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from actions.api.urls import urlpatterns
from actions.models import Action
from governance import guards
from governance.errors import MalformedBody, NotEligible, NotYours
from governance.models import LedgerEntry, Person
from reviews.comment import MAX_COMMENT, MAX_COMMENTS, add_comment, digest_of
from reviews.models import Comment
from reviews.onlookers import names_in
from tests.reviews.pages import DECEPTIVE, DECEPTIVE_NAMES, XSS, assert_only_ours, pay, row, text_of
from tests.support import lifecycles
from tests.support.api import Api

SignIn = Callable[..., Client]


def say(person: Person, action: Action, text: str) -> Comment:
    return add_comment(action.pk, actor=lifecycles.actor_of(person), person=person, text=text)


def post(client: Client, action: Action, text: str) -> Any:
    return client.post(f"/actions/{action.pk}/comment/", {"comment-text": text})


def entry_of(action: Action) -> dict[str, Any]:
    return json.loads(LedgerEntry.objects.get(action_id=action.pk, type="comment.added").body)


def test_it_works(api: Api, reviewer: Person, senior: Person, sign_in: SignIn) -> None:
    action = pay(api, 5)
    client = sign_in(reviewer)
    answer = post(client, action, "Is the invoice real, @sina?\r\nI could not find it.")
    assert answer.status_code == 302
    page = client.get(answer.headers["Location"])
    text = text_of(page)
    assert "It mentions sina" in text
    assert "Is the invoice real, @sina?" in text.partition("Nobody has said anything")[0]
    comment = Comment.objects.get()
    assert (comment.person, comment.text) == (reviewer, "Is the invoice real, @sina?\nI could not find it.")
    assert list(comment.mentions.all()) == [senior]
    entry = entry_of(action)
    assert entry["data"] == {
        "comment": str(comment.pk),
        "sha256": digest_of(comment.text),
        "mentions": ["sina"],
        "mentioned": "@sina",
    }
    assert entry["stream"] == action.stream
    assert "invoice" not in json.dumps(entry)
    assert "rita commented, mentioning @sina" in text
    assert "commented, mentioning @sina" in text_of(client.get("/history/"))


@pytest.mark.parametrize("state", sorted(lifecycles.ALL))
def test_whatever_state_it_is_in(api: Api, reviewer: Person, sign_in: SignIn, state: str) -> None:
    action = row(lifecycles.ALL[state](api))
    before = row(action.pk).state
    assert post(sign_in(reviewer), action, "For the record.").status_code == 302
    assert (Comment.objects.count(), row(action.pk).state) == (1, before)


def test_everybody_who_sees_it_may(api: Api, auditor: Person, owner: Person, admin_person: Person) -> None:
    action = pay(api, 5)
    for person in (auditor, owner, admin_person):
        say(person, action, "I look at it.")
    assert Comment.objects.count() == 3


def test_nobody_else_may(api: Api, outsider: Person, reviewer: Person, sign_in: SignIn, nothing_written: Any) -> None:
    action = pay(api, 5)
    with nothing_written():
        assert post(sign_in(outsider), action, "Let me in.").status_code == 404
        with pytest.raises(NotYours):
            say(outsider, action, "Let me in.")
        Person.objects.filter(pk=reviewer.pk).update(is_active=False)
        with pytest.raises(NotEligible):
            say(reviewer, action, "I left.")


def test_opening_the_address_writes_nothing(api: Api, reviewer: Person, sign_in: SignIn) -> None:
    action = pay(api, 5)
    assert sign_in(reviewer).get(f"/actions/{action.pk}/comment/").status_code == 302
    assert not Comment.objects.exists()


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("@rita @sina, please", ["rita", "sina"]),
        ("Ask @rita. (Or @ravi) and @rita again!", ["rita", "ravi"]),
        ("mail rita@example.org and see https://x.example/@rita", []),
        ("@rita@example.org: hello", ["rita@example.org"]),
        ("five @ a time, @@, @.", []),
        ("\n@rita\n", ["rita"]),
    ],
)
def test_what_counts_as_a_mention(text: str, names: list[str]) -> None:
    assert names_in(text) == names


def test_letters_may_be_large(api: Api, reviewer: Person, senior: Person) -> None:
    assert [one.username for one in say(reviewer, pay(api, 5), "@Sina look, @sina").mentions.all()] == ["sina"]


def test_who_is_unknown_and_who_sees_nothing_read_the_same(
    api: Api, reviewer: Person, outsider: Person, sign_in: SignIn, nothing_written: Any
) -> None:
    action = pay(api, 5)
    sentences = []
    with nothing_written():
        for name in ("oscar", "xerxes"):
            with pytest.raises(MalformedBody) as caught:
                say(reviewer, action, f"@{name} look at this")
            sentences.append(caught.value.sentence.replace(name, "NAME"))
    assert sentences[0] == sentences[1]
    page = post(sign_in(reviewer), action, "@oscar and @rita and @xerxes, look")
    assert page.status_code == 400
    assert "@oscar, @xerxes are nobody who see this action. Nothing was written." in text_of(page)
    assert "Not done." in text_of(page)
    assert "@oscar and @rita and @xerxes, look</textarea>" in page.content.decode()


@pytest.mark.parametrize(
    "text", ["", "  \n ", "x" * (MAX_COMMENT + 1), "a\x00b", " ".join(f"@a{n}" for n in range(21))]
)
def test_an_unusable_text_is_refused(
    api: Api, reviewer: Person, sign_in: SignIn, nothing_written: Any, text: str
) -> None:
    action = pay(api, 5)
    with nothing_written():
        assert post(sign_in(reviewer), action, text).status_code == 400
        with pytest.raises(MalformedBody, match="Nothing was written"):
            say(reviewer, action, text)


def test_there_is_an_end_to_it(api: Api, reviewer: Person) -> None:
    action = pay(api, 5)
    Comment.objects.bulk_create([Comment(action=action, person=reviewer, text="x") for _ in range(MAX_COMMENTS)])
    with pytest.raises(MalformedBody, match="which is the most"):
        say(reviewer, action, "One more.")


@pytest.mark.parametrize("text", [XSS, DECEPTIVE, "\n" * 900 + "end", "@rita " + "]]>" * 500])
def test_hostile_words_are_shown_as_words(
    api: Api, reviewer: Person, senior: Person, sign_in: SignIn, text: str
) -> None:
    action = pay(api, 5)
    say(reviewer, action, text)
    page = sign_in(senior).get(f"/actions/{action.pk}/")
    body = page.content.decode()
    assert_only_ours(body)
    if text is XSS:
        assert "&lt;script&gt;alert(1)" in body
    if text is DECEPTIVE:
        shown = text_of(page)
        for name in DECEPTIVE_NAMES:
            assert shown.count(name) >= 2, name
        assert all(char.isprintable() and char != "\u3164" for char in shown)


def test_hostile_words_come_back_as_words(api: Api, reviewer: Person, sign_in: SignIn) -> None:
    page = post(sign_in(reviewer), pay(api, 5), f"@nobody</textarea>{XSS}")
    assert page.status_code == 400
    assert_only_ours(page.content.decode())


def test_other_words_than_the_recorded_ones_are_flagged(api: Api, reviewer: Person, sign_in: SignIn) -> None:
    action = pay(api, 5)
    comment = say(reviewer, action, "Do not pay.")
    flag = "These are not the words the ledger recorded"
    assert flag not in text_of(sign_in(reviewer).get(f"/actions/{action.pk}/"))
    guards.remove(connection)
    Comment.objects.filter(pk=comment.pk).update(text="Pay.")
    assert flag in text_of(sign_in(reviewer).get(f"/actions/{action.pk}/"))


def test_the_database_keeps_them(api: Api, reviewer: Person) -> None:
    say(reviewer, pay(api, 5), "Do not pay.")
    with pytest.raises(DatabaseError), transaction.atomic():
        Comment.objects.update(text="Pay.")
    with pytest.raises(DatabaseError), transaction.atomic():
        Comment.objects.all()._raw_delete("default")  # type: ignore[attr-defined]


def test_no_answer_to_an_agent_holds_a_comment(api: Api, reviewer: Person, senior: Person) -> None:
    """Every address that names an action, and every listing, in every state, before and after a report."""
    made = [row(maker(api)) for maker in lifecycles.ALL.values()]
    for action in made:
        say(reviewer, action, "Zeppelin, @sina?")
    said = []
    for pattern in urlpatterns:
        route = "/" + str(pattern.pattern)
        if "^" in route:
            continue
        for action in made if "action_id" in route else made[:1]:
            address = route.replace("<int:action_id>", str(action.pk)).replace("<str:action_id>", str(action.pk))
            for answer in (api.get(address), api.post(address, {"status": "completed"})):
                assert answer.status < 500
                said.append(json.dumps([answer.json, dict(answer.headers)]))
    assert sum(str(made[1].pk) in text for text in said) > 10
    assert not [text for text in said if "zeppelin" in text.lower() or "sina?" in text]
