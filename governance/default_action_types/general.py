"""Ratings: the guide's five, the other words of the published client, and what nobody rated. PURE."""

from __future__ import annotations

from governance.default_action_types.rating import Rating as _R

# fmt: off
RATINGS: tuple[_R, ...] = (
    # The guide's five, and the published clients' other names for them
    _R("query", "low", "N/L/L/N/U/L/N/N", "T1213", "AC-3 AU-2", "yes", "records",
       "Reads data and changes nothing."),
    _R("data_access pii_read", "medium", "N/L/L/N/U/H/N/N", "T1213", "AC-3 AC-6 AU-2 PT-2", "yes", "records",
       "Reads personal or sensitive data; what was read cannot be unread."),
    _R("data_modification", "high", "N/L/L/N/U/N/H/L", "T1565.001", "AC-3 SI-7 AU-2", "partly", "records",
       "Changes stored data; everybody who relies on it gets the wrong value, if it is wrong."),
    _R("transaction financial_transaction", "high", "N/L/L/N/C/N/H/N", "T1657", "AC-3 AC-5 AU-10", "no", "outside",
       "Moves money or binds the organisation; whether it comes back is up to others."),
    _R("system_operation system_modification", "critical", "N/L/H/N/C/H/H/H", "T1569 T1489", "CM-3 CM-5 AC-6(9)",
       "partly", "system",
       "Changes how a system runs; one mistake reaches everything on it."),

    # The other types the published client knows
    _R("recommendation", "low", "N/L/L/N/U/N/L/N", "AML.T0048 ASI09", "SI-15 AU-2", "yes", "record",
       "Advises somebody who still decides."),
    _R("analysis", "low", "N/L/L/N/U/L/N/N", "T1213", "AC-3 AU-2", "yes", "records",
       "Reads data and draws conclusions from it."),
    _R("report_generation", "low", "N/L/L/N/U/L/N/N", "T1074", "AC-21 AU-2", "yes", "records",
       "Gathers what it reads into one document."),
    _R("communication", "medium", "N/L/L/R/U/L/L/N", "AML.T0086 ASI09", "AC-4 SC-8 AU-2", "no", "outside",
       "Speaks to people in the organisation's name; a message sent stays sent."),
    _R("api_call", "medium", "N/L/L/N/U/L/L/N", "AML.T0053", "AC-20 SC-7 AU-2", "unknown", "outside",
       "Calls another system; what that does with it is not visible from here."),
    _R("model_inference", "low", "N/L/L/N/U/L/N/N", "AML.T0057", "AC-4 AU-2", "yes", "record",
       "Asks a model; the prompt leaves our hands."),
    _R("tool_call", "medium", "N/L/L/N/U/L/L/L", "AML.T0053 ASI02", "AC-3 CM-7 AU-2", "unknown", "unknown",
       "Says that some tool is called and not what it does.", 10.0),

    # Categories of the hosted service, sent as types by some of its callers
    _R("data_exfiltration", "critical", "N/L/L/N/C/H/N/N", "T1041 T1567 AML.T0086", "AC-4 SC-8 SC-28 AU-2", "no",
       "outside", "Takes data out of the organisation; a copy cannot be called back."),
    _R("incident_detection", "low", "L/L/L/N/U/L/N/N", "T1082", "SI-4 IR-4 IR-5", "yes", "system",
       "Watches for trouble and changes nothing."),
    _R("vulnerability_scan", "medium", "N/L/L/N/U/L/N/N", "T1046", "RA-5 SI-2 CA-7", "yes", "system",
       "Tries doors to see which are open; to others it looks like an attack."),

    _R("*", "medium", "N/L/L/N/U/L/L/L", "AML.T0053 ASI02", "RA-3 AC-3 AU-2", "unknown", "unknown",
       "Nobody has rated this action type yet, so a person looks at it.", 10.0),
)
# fmt: on
