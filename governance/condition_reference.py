"""What a condition may say: every variable, and the functions worth knowing, each with an example. PURE.

The admin's form shows it beside the field; a test compiles every example, and sees that no variable is missing.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Entry(NamedTuple):
    """One name. `kind` is the type of a variable, or how a function is written."""

    name: str
    kind: Any  # translated when it is shown, as are the other texts for people
    meaning: Any
    example: str


class Section(NamedTuple):
    title: Any
    entries: tuple[Entry, ...]


_ACTION = (
    Entry(
        "action.type", _("text"), _("What kind of action it is, always in lower case."), 'action.type == "transaction"'
    ),
    Entry("action.tool", _("text"), _("The tool it would use."), 'action.tool == "payments_api"'),
    Entry("action.resource", _("text"), _("What it would touch."), 'action.resource.startsWith("payroll")'),
    Entry(
        "action.description",
        _("text"),
        _("What the agent says it is about to do."),
        'action.description.lowerAscii().contains("refund")',
    ),
    Entry(
        "action.environment",
        _("text"),
        _("Where, if the agent says so: production, staging. Empty when it does not."),
        'action.environment in ["production", "prod"]',
    ),
    Entry(
        "action.mcp_server",
        _("text"),
        _("The MCP server it goes through, if the agent names one; otherwise empty."),
        'action.mcp_server != ""',
    ),
    Entry(
        "action.details",
        _("object"),
        _("The fields of action_details (and parameters) as they were sent."),
        "has(action.details.amount) && action.details.amount > 10000",
    ),
    Entry(
        "action.context",
        _("object"),
        _("The fields of context as they were sent."),
        'action.context.?ticket_id.orValue("") == ""',
    ),
    Entry(
        "action.indicators",
        _("object"),
        _("The fields of risk_indicators as they were sent."),
        "action.indicators.?pii_involved.orValue(false) == true",
    ),
    Entry(
        "action.at",
        _("moment"),
        _("When it was submitted. A replay of a past action sees the time it was submitted then."),
        'action.at.getHours("Europe/Berlin") >= 19',
    ),
)

_AGENT = (
    Entry("agent.id", _("text"), _("The id it submits."), 'agent.id == "customer-service-agent-001"'),
    Entry("agent.team", _("text"), _("The team it belongs to."), 'agent.team == "Payments"'),
    Entry(
        "agent.type",
        _("text"),
        _("supervised, autonomous or unregistered: what the portal knows, not what the agent says."),
        'agent.type == "autonomous"',
    ),
)

_RISK = (
    Entry("risk.score", pgettext_lazy("kind of value", "number"), _("0 to 100."), "risk.score >= 60"),
    Entry("risk.level", _("text"), _("low, medium, high or critical."), 'risk.level in ["high", "critical"]'),
    Entry(
        "risk.cvss",
        pgettext_lazy("kind of value", "number"),
        _("The CVSS score, 0.0 to 10.0; 0.0 when there is none."),
        "risk.cvss >= 7.0",
    ),
    Entry(
        "risk.rule",
        _("text"),
        _("The pattern of the rule that rated its type; * when none knew it."),
        'risk.rule == "*"',
    ),
    Entry("risk.reversibility", _("text"), _("yes, partly, no or unknown."), 'risk.reversibility == "no"'),
    Entry(
        "risk.blast_radius",
        _("text"),
        _("record, records, system, outside or unknown: how far it reaches if it goes wrong."),
        'risk.blast_radius in ["system", "outside"]',
    ),
    Entry(
        "risk.techniques", _("list of texts"), _("The ids of ATT&CK, ATLAS and OWASP."), '"T1485" in risk.techniques'
    ),
    Entry("risk.controls", _("list of texts"), _("The ids of SP 800-53."), '"AC-6" in risk.controls'),
)

_LOGIC = (
    Entry("==  !=", "a == b", _("Equal, not equal."), 'agent.team != "Payments"'),
    Entry("<  <=  >  >=", "a < b", _("Smaller and larger: numbers, moments, texts."), "risk.score < 90"),
    Entry(
        "&&  ||  !",
        "a && (b || !c)",
        _("And, or, not. Brackets where both and and or stand."),
        'action.type == "transaction" && !(agent.team == "Payments" || agent.team == "Treasury")',
    ),
    Entry("in", "a in list", _("Is one of these, or is a field of this."), 'action.type in ["query", "data_access"]'),
    Entry("? :", "a ? b : c", _("If a then b, else c."), 'risk.score >= (agent.type == "autonomous" ? 50 : 65)'),
    Entry("+ - * / %", "a + b", _("Arithmetic; + also joins texts."), "action.details.?amount.orValue(0) * 2 > 10000"),
)

_MISSING = (
    Entry(
        "has",
        "has(action.details.x)",
        _("Whether a field was sent. Ask this first: a field that is missing gives no answer, and a person decides."),
        "has(action.details.amount) && action.details.amount > 10000",
    ),
    Entry(
        ".?name  orValue",
        "a.?name.orValue(b)",
        _("A field, or b when it was not sent."),
        "action.details.?amount.orValue(0) > 10000",
    ),
    Entry(
        '[?"name"]',
        'a[?"name"].orValue(b)',
        _("The same for a name that is no plain word."),
        'action.details[?"card-type"].orValue("") == "corporate"',
    ),
    Entry(
        "hasValue",
        "a.?b.?c.hasValue()",
        _("Whether a field of a field was sent."),
        "action.details.?recipient.?country.hasValue()",
    ),
    Entry(
        '["name"]',
        'a["name"]',
        _("A field whose name is no plain word."),
        '"card-type" in action.details && action.details["card-type"] == "corporate"',
    ),
)

_TEXT = (
    Entry("contains", "text.contains(part)", _("The part is somewhere in it."), 'action.resource.contains("payroll")'),
    Entry("startsWith", "text.startsWith(part)", _("It begins so."), 'action.type.startsWith("database.")'),
    Entry("endsWith", "text.endsWith(part)", _("It ends so."), '!action.resource.endsWith(".example.com")'),
    Entry("lowerAscii", "text.lowerAscii()", _("In small letters."), 'action.environment.lowerAscii() == "production"'),
    Entry(
        "matches",
        "text.matches(expression)",
        _(
            "A regular expression (RE2), written out here, fits somewhere. \\b is the edge of a word; r before the text"
            " keeps its backslashes."
        ),
        r'action.description.matches(r"(?i)\b(drop|truncate) table\b")',
    ),
    Entry("size", "size(text)", _("How many characters, values or fields."), "size(action.description) < 20"),
    Entry("trim", "text.trim()", _("Without the blanks around it."), 'action.tool.trim() == ""'),
    Entry("split", "text.split(sign)", _("The parts between a sign."), '"prod" in action.resource.split("-")'),
    Entry("string", "string(number)", _("A number as a text."), 'string(action.details.?port.orValue(0)) == "22"'),
    Entry("int  double", "int(text)", _("A text as a number."), 'int(action.details.?count.orValue("0")) > 100'),
)

_LISTS = (
    Entry(
        "exists",
        "list.exists(x, condition)",
        _("One of them at least. Of an object, x is each field's name."),
        'action.details.?recipients.orValue([]).exists(to, !to.endsWith("@example.com"))',
    ),
    Entry(
        "all",
        "list.all(x, condition)",
        _("All of them; also of none."),
        'action.details.?files.orValue([]).all(file, file.startsWith("/tmp/"))',
    ),
    Entry(
        "exists_one",
        "list.exists_one(x, condition)",
        _("Exactly one of them."),
        'risk.techniques.exists_one(id, id.startsWith("T1485"))',
    ),
    Entry(
        "filter",
        "list.filter(x, condition)",
        _("Those of them, as a list."),
        "size(action.details.?rows.orValue([]).filter(row, row.?amount.orValue(0) > 100)) > 3",
    ),
    Entry(
        "map",
        "list.map(x, value)",
        _("What is made of each, as a list."),
        'action.details.?hosts.orValue([]).map(host, host.lowerAscii()).exists(host, host == "db01")',
    ),
    Entry(
        "[0]", "list[0]", _("The first; [?0] where there may be none."), 'action.details.?tags[?0].orValue("") == "pii"'
    ),
    Entry("type", "type(value) == …", _("Of which kind a value is."), "type(action.details.?amount.orValue(0)) == int"),
)

_TIME = (
    Entry(
        "getHours",
        'moment.getHours("Europe/Berlin")',
        _("0 to 23, in a time zone; without one in UTC. getMinutes() alike."),
        'action.at.getHours("Europe/Berlin") < 7 || action.at.getHours("Europe/Berlin") >= 19',
    ),
    Entry(
        "getDayOfWeek",
        "moment.getDayOfWeek(zone)",
        _("0 is Sunday, 6 is Saturday."),
        'action.at.getDayOfWeek("Europe/Berlin") in [0, 6]',
    ),
    Entry("getDate", "moment.getDate(zone)", _("The day of the month, from 1."), "action.at.getDate() >= 25"),
    Entry(
        "getMonth", "moment.getMonth(zone)", _("0 is January. getFullYear() is the year."), "action.at.getMonth() == 11"
    ),
    Entry(
        "timestamp",
        "timestamp(text)",
        _("A moment written down, in UTC."),
        'action.at >= timestamp("2026-12-24T00:00:00Z")',
    ),
    Entry(
        "duration",
        "duration(text)",
        _("A stretch of time: 90m, 36h."),
        'timestamp("2026-12-31T00:00:00Z") - action.at < duration("72h")',
    ),
)

SECTIONS: tuple[Section, ...] = (
    Section(_("The action"), _ACTION),
    Section(_("The agent"), _AGENT),
    Section(_("Its risk"), _RISK),
    Section(_("Comparing and joining"), _LOGIC),
    Section(_("What may be missing"), _MISSING),
    Section(_("Texts"), _TEXT),
    Section(_("Lists and objects"), _LISTS),
    Section(_("Time"), _TIME),
)

ENTRIES: tuple[Entry, ...] = tuple(entry for section in SECTIONS for entry in section.entries)
