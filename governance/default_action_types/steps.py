"""Ratings: the steps of an attack, by the names security testers and the hosted service give them. PURE.

An agent that announces one of these either tests the house or attacks it; a person knows which.
"""

from __future__ import annotations

from governance.default_action_types.rating import Rating as _R

# fmt: off
RATINGS: tuple[_R, ...] = (
    _R("discovery", "medium", "N/L/L/N/U/L/N/N", "T1087 T1083 T1082", "CA-7 RA-5 AU-2", "yes", "system",
       "Looks around for what is worth taking.", 10.0),
    _R("collection", "high", "N/L/L/N/U/H/N/N", "T1005 T1560", "AC-4 AC-6 AU-2", "no", "records",
       "Gathers data to be taken away."),
    _R("initial_access", "critical", "N/L/N/N/C/H/H/L", "T1078 T1190 T1133", "AC-17 IA-2 SC-7 SI-2", "unknown",
       "system", "Gets in from outside."),
    _R("execution", "critical", "L/L/L/N/C/H/H/H", "T1059 T1203 ASI05", "CM-7 SI-3 SI-10", "unknown", "system",
       "Runs something on another's machine."),
    _R("persistence", "critical", "N/L/L/N/C/H/H/L", "T1053 T1136 T1098 ASI10", "AC-2 CM-3 CM-7", "partly", "system",
       "Makes sure of getting in again."),
    _R("credential_access", "critical", "N/L/L/N/C/H/H/N", "T1110 T1003 ASI03", "IA-5 AC-6 SI-4", "no", "system",
       "Gets hold of passwords and keys."),
    _R("defense_evasion", "critical", "N/L/L/N/C/L/H/H", "T1070 T1027 T1112 ASI10", "AU-9 SI-4 CM-6", "partly",
       "system", "Keeps others from noticing."),
    _R("lateral_movement", "critical", "N/L/L/N/C/H/H/L", "T1021 T1570", "AC-17 SC-7 AC-4", "unknown", "system",
       "Goes from one machine to the next."),
    _R("exfiltration", "critical", "N/L/L/N/C/H/N/N", "T1041 T1567 T1048", "AC-4 SC-7 SI-4", "no", "outside",
       "Takes data out of the organisation; a copy cannot be called back."),
    _R("impact", "critical", "N/L/L/N/C/N/H/H", "T1486 T1490 T1498", "CP-9 CP-10 IR-4", "no", "system",
       "Does the damage."),
    _R("exploit vulnerability_exploit", "critical", "N/L/L/N/C/H/H/H", "T1068 T1190", "RA-5 SI-2 IR-4", "unknown",
       "system", "Uses a weakness to get in or up."),
)
# fmt: on
