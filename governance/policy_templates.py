"""Policies that many begin with, to be looked at, changed and watched before they are enforced. PURE.

Each starts as observed. `example` and `harmless` are two actions, as Facts: the first meets the condition, the second
does not; a test holds every template to that.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

_PRODUCTION = '["production", "prod", "live"]'
_IN_PRODUCTION = (
    f"(action.environment.lowerAscii() in {_PRODUCTION}\n"
    f'    || string(action.context.?environment.orValue("")).lowerAscii() in {_PRODUCTION})'
)
_IS_PAYMENT = (
    '(action.type in ["transaction", "financial_transaction", "financial_refund"]\n'
    '    || action.type.startsWith("payment.")\n'
    '    || action.type.startsWith("financial.") && action.type != "financial.read")'
)
_WORKDAY = datetime(2026, 10, 14, 9, 0, tzinfo=UTC)  # a Wednesday, 11 o'clock in Berlin
_NIGHT = datetime(2026, 10, 14, 22, 30, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Template:
    """One policy to begin with. `adapt` says what to change first, where there is something.

    `what` and `adapt` are translated when they are shown; name and reason become the policy's own, as they are.
    """

    slug: str
    name: str
    what: Any
    condition: str
    effect: str
    severity: str
    reason: str
    controls: tuple[str, ...]
    example: dict[str, Any]
    harmless: dict[str, Any]
    adapt: Any = ""
    mode: str = field(default="observe", init=False)


TEMPLATES: tuple[Template, ...] = (
    Template(
        slug="production-database-changes",
        name="Changes to a production database",
        what=_("Writing, deleting or altering in a database that the agent says is production."),
        condition='(action.type.startsWith("database.") || action.type.startsWith("database_")'
        ' || action.type == "data_modification")\n'
        '  && !action.type.matches("[._](read|query|select)$")\n'
        f"  && {_IN_PRODUCTION}",
        effect="require_approval",
        severity="high",
        reason="A change to a production database needs a person's decision.",
        controls=("CM-3", "CM-5", "AC-6"),
        example={"action_type": "database.update", "environment": "production"},
        harmless={"action_type": "database.read", "environment": "production"},
    ),
    Template(
        slug="personal-data-through-mcp",
        name="Personal data through MCP",
        what=_("An action through an MCP server in which the agent sees personal data."),
        condition='(action.mcp_server != "" || action.type.startsWith("mcp.")\n'
        '    || action.context.?source.orValue("") == "mcp_server")\n'
        "  && (action.indicators.?pii_involved.orValue(false) == true\n"
        '    || string(action.indicators.?data_sensitivity.orValue("")).lowerAscii() in ["high", "critical"])',
        effect="require_approval",
        severity="high",
        reason="Personal data may leave through an MCP server, so a person decides.",
        controls=("PT-2", "AC-21", "SI-12"),
        example={"action_type": "data_access", "mcp_server": "crm", "indicators": {"pii_involved": True}},
        harmless={"action_type": "data_access", "mcp_server": "crm", "indicators": {"pii_involved": False}},
    ),
    Template(
        slug="deny-payments-by-agents",
        name="No payments by agents",
        what=_("Any payment, transfer or refund that an agent starts is refused, whatever its amount."),
        condition=_IS_PAYMENT,
        effect="deny",
        severity="critical",
        reason="Agents do not move money here.",
        controls=("AC-3", "AU-10"),
        example={"action_type": "financial.transfer", "details": {"amount": 5}},
        harmless={"action_type": "financial.read"},
    ),
    Template(
        slug="review-payments-by-agents",
        name="Payments by agents need a person",
        what=_("The milder one: a payment waits for a person when its amount is large, or not said."),
        condition=f"{_IS_PAYMENT}\n  && (!has(action.details.amount) || double(action.details.amount) > 1000.0)",
        effect="require_approval",
        severity="high",
        reason="A payment of more than 1,000, or of an amount not said, needs a person's decision.",
        controls=("AC-3", "AU-10"),
        example={"action_type": "transaction", "details": {"amount": "1500.00"}},
        harmless={"action_type": "transaction", "details": {"amount": 20}},
        adapt=_("Change 1000.0 to your own limit."),
    ),
    Template(
        slug="public-storage",
        name="Storage open to everybody",
        what=_("A bucket, share or file is made public, by its access list or in words."),
        condition='string(action.details.?acl.orValue("")).lowerAscii().startsWith("public")\n'
        "  || action.details.?public.orValue(false) == true\n"
        '  || action.description.matches(r"(?i)\\bpublic(ly)?[ -](read(able)?|access(ible)?|acl|bucket)\\b")',
        effect="deny",
        severity="critical",
        reason="Storage is not opened to everybody.",
        controls=("AC-3", "AC-21", "SC-7"),
        example={"action_type": "cloud.write", "details": {"bucket": "reports", "acl": "public-read"}},
        harmless={"action_type": "cloud.write", "details": {"bucket": "reports", "acl": "private"}},
    ),
    Template(
        slug="bulk-deletion",
        name="Deleting many things at once",
        what=_("A deletion of more than 100 records, or of all of them, by its type, its count or its words."),
        condition='action.type.matches("(^|[._])(delete|drop|truncate|purge|destroy|bulk_delete)$")\n'
        '  && (action.type.matches("(drop|truncate|bulk_delete)$")\n'
        "    || double(action.details.?count.orValue(0)) > 100.0\n"
        "    || size(action.details.?ids.orValue([])) > 100\n"
        '    || action.description.matches(r"(?i)\\b(all|every|entire|whole|bulk)\\b"))',
        effect="require_approval",
        severity="critical",
        reason="Deleting many things at once needs a person's decision.",
        controls=("CP-9", "SI-12", "AC-6"),
        example={"action_type": "database.delete", "details": {"count": 4000}},
        harmless={"action_type": "database.delete", "details": {"count": 1}},
    ),
    Template(
        slug="outside-office-hours",
        name="Outside office hours",
        what=_("From seven in the evening until seven in the morning, and at weekends, anything that is not low risk."),
        condition='(action.at.getHours("Europe/Berlin") < 7 || action.at.getHours("Europe/Berlin") >= 19\n'
        '    || action.at.getDayOfWeek("Europe/Berlin") in [0, 6])\n'
        "  && risk.score >= 50",
        effect="require_approval",
        severity="medium",
        reason="Outside office hours a person decides about everything but low risks.",
        controls=("AC-2", "AU-6"),
        example={"action_type": "data_access", "at": _NIGHT},
        harmless={"action_type": "data_access", "at": _WORKDAY},
        adapt=_("Change the time zone and the hours to yours."),
    ),
    Template(
        slug="secrets-by-autonomous-agents",
        name="Secrets and autonomous agents",
        what=_("An agent nobody watches, or nobody has registered, reads or changes a secret."),
        condition='agent.type in ["autonomous", "unregistered"]\n'
        '  && (action.type.startsWith("secret.") || action.type.startsWith("secret_")\n'
        '    || action.type in ["credential_access", "password_reset", "user.password_reset"])',
        effect="deny",
        severity="critical",
        reason="Only supervised agents handle secrets.",
        controls=("IA-5", "SC-12", "AC-6"),
        example={"action_type": "secret.read", "agent_type": "autonomous"},
        harmless={"action_type": "secret.read", "agent_type": "supervised"},
    ),
    Template(
        slug="recipients-outside",
        name="Recipients outside the organisation",
        what=_("A message or a file goes to an address that is not one of yours."),
        condition="action.indicators.?external_transfer.orValue(false) == true\n"
        '  || [string(action.details.?recipient.orValue("")), string(action.details.?to.orValue(""))]\n'
        '    .exists(to, to.contains("@") && !to.lowerAscii().endsWith("@example.com"))\n'
        "  || action.details.?recipients.orValue([])\n"
        '    .exists(to, to.contains("@") && !to.lowerAscii().endsWith("@example.com"))',
        effect="require_approval",
        severity="high",
        reason="It goes to somebody outside the organisation, so a person decides.",
        controls=("AC-21", "AC-20", "SC-7"),
        example={"action_type": "email.send", "details": {"recipients": ["ann@example.com", "eve@example.net"]}},
        harmless={"action_type": "email.send", "details": {"recipient": "Ann@Example.com"}},
        adapt=_("Change @example.com to your own domain."),
    ),
    Template(
        slug="irreversible-and-far",
        name="Cannot be undone, and reaches far",
        what=_("What its rule calls irreversible, where the damage would not stay with one record."),
        condition='risk.reversibility == "no" && risk.blast_radius in ["records", "system", "outside"]',
        effect="require_approval",
        severity="high",
        reason="It cannot be undone and reaches far, so a person decides.",
        controls=("CM-3", "CP-9"),
        example={"reversibility": "no", "blast_radius": "system"},
        harmless={"reversibility": "yes", "blast_radius": "system"},
    ),
    Template(
        slug="unregistered-agents",
        name="Agents nobody has registered",
        what=_("An id that was first seen in a submission does more than read."),
        condition='agent.type == "unregistered" && risk.score >= 50',
        effect="require_approval",
        severity="medium",
        reason="Nobody has registered this agent yet, so a person decides.",
        controls=("CM-8", "AC-2"),
        example={"action_type": "data_access", "agent_type": "unregistered"},
        harmless={"action_type": "data_access", "agent_type": "supervised"},
    ),
    Template(
        slug="reading-in-test",
        name="Reading in a test environment",
        what=_(
            "Lets reading pass without a person in what the agent calls a test environment; never a critical score."
        ),
        condition='action.environment.lowerAscii() in ["test", "testing", "staging", "development", "dev"]\n'
        '  && (action.type in ["query", "data_access", "analysis"]'
        ' || action.type.matches("[._](read|query|select|list)$"))\n'
        "  && risk.score < 90",
        effect="allow",
        severity="low",
        reason="Reading in a test environment needs nobody.",
        controls=("AC-3",),
        example={"action_type": "database.read", "environment": "staging"},
        harmless={"action_type": "database.delete", "environment": "staging"},
        adapt=_("The environment is what the agent says. Allow only where you believe it."),
    ),
)

BY_SLUG: dict[str, Template] = {template.slug: template for template in TEMPLATES}
