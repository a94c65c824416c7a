"""Who may decide, and who may not."""

from __future__ import annotations

from datetime import timedelta

from actions.models import Action
from governance.models import Delegation, Person
from governance.people import change_person
from tests.proof.words import agree, refused, scenario, state, submitted, two_stages, votes
from tests.reviews.routes import group, member, new_route, stage
from tests.support.api import Api
from tests.support.people import SETUP, person_called


@scenario
def two_accounts_are_one_person(api: Api) -> None:
    new_route(stages=[stage((2, "Compliance", 1))])
    one, other = member("cora", "Compliance"), member("cora2", "Compliance")
    Person.objects.filter(pk=other.pk).update(same_as=one)
    action_id = submitted(api)
    votes(action_id, one)
    agree(one, Person.objects.get(pk=other.pk))
    with refused():
        votes(action_id, Person.objects.get(pk=other.pk))
    assert state(action_id) == "pending"


@scenario
def the_owner_decides_nothing(api: Api) -> None:
    action_id = submitted(api)
    owner = person_called("olga")
    other = member("olga2", "Payments")
    Person.objects.filter(pk=other.pk).update(same_as=owner)
    for person in (owner, Person.objects.get(pk=other.pk)):
        agree(person)
        with refused():
            votes(action_id, person)


@scenario
def a_level_has_its_ceiling(api: Api) -> None:
    action_id = submitted(api, action_type="system_operation")
    agree(person_called("rita"), person_called("sina"))
    with refused():
        votes(action_id, person_called("rita"))
    votes(action_id, person_called("sina"))


@scenario
def a_requirement_has_its_level(api: Api) -> None:
    new_route(stages=[stage((1, "Compliance", 4))])
    low, high = member("cora", "Compliance", level=3), member("cyril", "Compliance", level=4)
    action_id = submitted(api)
    agree(low, high)
    with refused():
        votes(action_id, low)
    votes(action_id, high)


@scenario
def a_deactivated_person_decides_nothing(api: Api) -> None:
    action_id, rita = submitted(api), person_called("rita")
    stale = Person.objects.get(pk=rita.pk)
    rita.is_active = False
    change_person(rita, actor=SETUP)
    agree(rita)
    with refused():
        votes(action_id, stale)


@scenario
def an_auditor_decides_nothing(api: Api) -> None:
    action_id, aude = submitted(api), person_called("aude")
    aude.approval_level = 4
    change_person(aude, actor=SETUP)
    agree(aude, person_called("adam"))
    with refused():
        votes(action_id, aude)


@scenario
def a_delegate_takes_one_seat(api: Api) -> None:
    new_route(stages=[stage((2, "Compliance", 1))])
    cora, dan, cyril = member("cora", "Compliance"), member("dan", "Elsewhere"), member("cyril", "Compliance")
    now = Action.objects.get(pk=submitted(api)).created_at
    Delegation.objects.create(person=cora, delegate=dan, starts_at=now, ends_at=now + timedelta(days=1))
    action_id = submitted(api, resource="other")
    agree(cora, dan, cyril)
    votes(action_id, dan)
    agree(cora, dan, cyril)
    with refused():
        votes(action_id, cora)
    votes(action_id, cyril)
    assert state(action_id) == "approved"
    assert "dan for cora" in Action.objects.get(pk=action_id).decided_by_name


@scenario
def a_delegation_ends(api: Api) -> None:
    new_route(stages=[stage((1, "Compliance", 1))])
    cora, dan = member("cora", "Compliance"), member("dan", "Payments")
    now = Action.objects.get(pk=submitted(api)).created_at
    lent = Delegation.objects.create(
        person=cora, delegate=dan, starts_at=now - timedelta(days=2), ends_at=now - timedelta(days=1)
    )
    action_id = submitted(api, resource="other")
    agree(dan)
    with refused():
        votes(action_id, dan)
    lent.delete()


@scenario
def nobody_acts_for_the_owner(api: Api) -> None:
    new_route(stages=[stage((1, "Compliance", 1))])
    olga, dan = person_called("olga"), member("dan", "Payments")
    change_person(olga, actor=SETUP, teams=[group("Payments"), group("Compliance")])
    now = Action.objects.get(pk=submitted(api)).created_at
    Delegation.objects.create(person=olga, delegate=dan, starts_at=now, ends_at=now + timedelta(days=1))
    action_id = submitted(api, resource="other")
    agree(dan, olga)
    with refused():
        votes(action_id, dan)


@scenario
def a_delegate_reaches_no_higher_than_either(api: Api) -> None:
    new_route(stages=[stage((1, "Compliance", 1))])
    cora, dan = member("cora", "Compliance", level=2), member("dan", "Elsewhere", level=4)
    now = Action.objects.get(pk=submitted(api)).created_at
    Delegation.objects.create(person=cora, delegate=dan, starts_at=now, ends_at=now + timedelta(days=1))
    action_id = submitted(api, resource="other")
    agree(dan)
    with refused():
        votes(action_id, dan)


@scenario
def strangers_see_nothing(api: Api) -> None:
    two_stages()
    action_id = submitted(api)
    for name, groups, sees in (("seth", "Security", True), ("omar", "Elsewhere", False)):
        found = Action.objects.visible_to(member(name, groups)).filter(pk=action_id)
        assert found.exists() is sees, name
