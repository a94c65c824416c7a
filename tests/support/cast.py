"""Who plays in the tests. Run as a script, it puts the default rules and the cast into a live portal.

Names tell the parts: Rita and Ravi review, Sina is senior, Adam admin, Aude auditor, Olga owns the agent, and
Oscar comes from another team.
"""

from __future__ import annotations

TEAM = "Payments"
OTHER_TEAM = "Logistics"
PASSWORD = "correct-horse-battery-staple"

AGENT_ID = "customer-service-agent-001"
AGENT_NAME = "Customer Service AI"
OTHER_AGENT_ID = "warehouse-agent-007"

# username: (role, team)
CAST = {
    "rita": ("reviewer", TEAM),
    "ravi": ("reviewer", TEAM),
    "sina": ("senior", TEAM),
    "adam": ("admin", TEAM),
    "aude": ("auditor", TEAM),
    "olga": ("reviewer", TEAM),
    "oscar": ("reviewer", OTHER_TEAM),
}


def assemble() -> dict[str, str]:
    """Load the default rules and make the whole cast in this database; the agents' keys by agent id."""
    from tests.support import database, people

    database.load_rules()
    for username in CAST:
        people.person_called(username)
    owner = people.person_called("olga")
    return {
        AGENT_ID: people.key_for(AGENT_ID, name=AGENT_NAME, team=TEAM, owner=owner),
        OTHER_AGENT_ID: people.key_for(OTHER_AGENT_ID, team=OTHER_TEAM),
    }


if __name__ == "__main__":
    import json
    import sys

    import django

    django.setup()
    json.dump(assemble(), sys.stdout)
