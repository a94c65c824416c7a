"""The shipped ratings of action types: the guide's five, the published clients' words, the usual dotted families. PURE.

The guide fixes the levels of its five; the others follow them (a database's update is the guide's data_modification).
A family's own row (`database.*`) is for its members nobody rated, so it is never milder than its usual member.
Techniques are ATT&CK Enterprise 18, ATLAS 5 (AML) and OWASP's Top 10 for Agentic Applications (ASI), controls SP 800-53
Rev. 5; default_catalogue.py has the names.
"""

from __future__ import annotations

from governance.default_action_types import access, business, data, general, outside, steps, systems, tools
from governance.default_action_types.rating import ActionType

ACTION_TYPES: tuple[ActionType, ...] = tuple(
    action_type
    for subject in (general, data, business, outside, systems, access, tools, steps)
    for rating in subject.RATINGS
    for action_type in rating.action_types()
)

__all__ = ["ACTION_TYPES", "ActionType"]
