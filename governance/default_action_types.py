"""The shipped ratings of action types: the guide's five, the published client's words, the usual dotted families. PURE.

The guide fixes the levels of its five; the others follow them (a database's update is the guide's data_modification).
A family's own row (`database.*`) is for its members nobody rated, so it is never milder than its usual member.
Techniques are ATT&CK Enterprise 18 and ATLAS 5 (AML), controls SP 800-53 Rev. 5; default_catalogue.py has the names.
"""

from __future__ import annotations

from typing import NamedTuple


class ActionType(NamedTuple):
    """One row. `cvss` holds the values of AV AC PR UI S C I A (CVSS 3.1)."""

    pattern: str
    level: str
    cvss: str
    techniques: str
    controls: str
    reversibility: str
    why: str
    extra_points: float = 0.0

    @property
    def vector(self) -> str:
        metrics = zip("AV AC PR UI S C I A".split(), self.cvss.split("/"), strict=True)
        return "CVSS:3.1/" + "/".join(f"{name}:{value}" for name, value in metrics)


_T = ActionType

# fmt: off
ACTION_TYPES: tuple[ActionType, ...] = (
    # The guide's five
    _T("query", "low", "N/L/L/N/U/L/N/N", "T1213", "AC-3 AU-2", "yes",
       "Reads data and changes nothing."),
    _T("data_access", "medium", "N/L/L/N/U/H/N/N", "T1213", "AC-3 AC-6 AU-2 PT-2", "yes",
       "Reads personal or sensitive data; what was read cannot be unread."),
    _T("data_modification", "high", "N/L/L/N/U/N/H/L", "T1565.001", "AC-3 SI-7 AU-2", "partly",
       "Changes stored data; everybody who relies on it gets the wrong value, if it is wrong."),
    _T("transaction", "high", "N/L/L/N/C/N/H/N", "T1657", "AC-3 AC-5 AU-10", "no",
       "Moves money or binds the organisation; whether it comes back is up to others."),
    _T("system_operation", "critical", "N/L/H/N/C/H/H/H", "T1569 T1489", "CM-3 CM-5 AC-6(9)", "partly",
       "Changes how a system runs; one mistake reaches everything on it."),

    # The other types the published client knows
    _T("recommendation", "low", "N/L/L/N/U/N/L/N", "AML.T0048", "SI-15 AU-2", "yes",
       "Advises somebody who still decides."),
    _T("analysis", "low", "N/L/L/N/U/L/N/N", "T1213", "AC-3 AU-2", "yes",
       "Reads data and draws conclusions from it."),
    _T("report_generation", "low", "N/L/L/N/U/L/N/N", "T1074", "AC-21 AU-2", "yes",
       "Gathers what it reads into one document."),
    _T("communication", "medium", "N/L/L/R/U/L/L/N", "AML.T0086", "AC-4 SC-8 AU-2", "no",
       "Speaks to people in the organisation's name; a message sent stays sent."),
    _T("api_call", "medium", "N/L/L/N/U/L/L/N", "AML.T0053", "AC-20 SC-7 AU-2", "unknown",
       "Calls another system; what that does with it is not visible from here."),
    _T("model_inference", "low", "N/L/L/N/U/L/N/N", "AML.T0057", "AC-4 AU-2", "yes",
       "Asks a model; the prompt leaves our hands."),
    _T("tool_call", "medium", "N/L/L/N/U/L/L/L", "AML.T0053", "AC-3 CM-7 AU-2", "unknown",
       "Says that some tool is called and not what it does.", 10.0),

    # Databases
    _T("database.read", "low", "N/L/L/N/U/L/N/N", "T1213.006", "AC-3 AC-6 AU-2", "yes",
       "Reads rows and changes nothing."),
    _T("database.query", "low", "N/L/L/N/U/L/N/N", "T1213.006", "AC-3 AC-6 AU-2", "yes",
       "Reads rows and changes nothing."),
    _T("database.select", "low", "N/L/L/N/U/L/N/N", "T1213.006", "AC-3 AC-6 AU-2", "yes",
       "Reads rows and changes nothing."),
    _T("database.insert", "high", "N/L/L/N/U/N/H/L", "T1565.001", "AC-3 SI-7 AU-2", "partly",
       "Adds rows that others will take for true."),
    _T("database.update", "high", "N/L/L/N/U/N/H/L", "T1565.001", "AC-3 SI-7 AU-2", "partly",
       "Overwrites rows; the old values survive only in a backup."),
    _T("database.write", "high", "N/L/L/N/U/N/H/L", "T1565.001", "AC-3 SI-7 AU-2", "partly",
       "Changes rows; the old values survive only in a backup."),
    _T("database.bulk_update", "high", "N/L/L/N/U/N/H/H", "T1565.001", "AC-3 SI-7 CP-9", "partly",
       "Overwrites many rows at once."),
    _T("database.delete", "high", "N/L/L/N/U/N/H/H", "T1485", "AC-3 CP-9 SI-12", "no",
       "Removes rows; only a backup brings them back."),
    _T("database.bulk_delete", "critical", "N/L/L/N/C/N/H/H", "T1485", "AC-3 CP-9 SI-12", "no",
       "Removes many rows at once; only a backup brings them back."),
    _T("database.truncate", "critical", "N/L/L/N/C/N/H/H", "T1485", "AC-3 CP-9 SI-12", "no",
       "Empties a table; only a backup brings it back."),
    _T("database.drop", "critical", "N/L/L/N/C/N/H/H", "T1485", "CM-3 CP-9 SI-12", "no",
       "Removes a table with everything in it; only a backup brings it back."),
    _T("database.schema_change", "critical", "N/L/L/N/C/L/H/H", "T1565.001", "CM-3 CM-5 CP-9", "partly",
       "Changes the shape of the data under every program that uses it."),
    _T("database.export", "high", "N/L/L/N/C/H/N/N", "T1213.006 T1020", "AC-4 AC-21 SC-28", "no",
       "Takes data out of the database in bulk; a copy cannot be called back."),
    _T("database.*", "high", "N/L/L/N/U/L/H/H", "T1565.001", "AC-3 CM-3 AU-2", "unknown",
       "A database operation nobody has rated yet."),
    _T("database_read", "low", "N/L/L/N/U/L/N/N", "T1213.006", "AC-3 AC-6 AU-2", "yes",
       "Reads rows and changes nothing."),
    _T("database_write", "high", "N/L/L/N/U/N/H/L", "T1565.001", "AC-3 SI-7 AU-2", "partly",
       "Changes rows; the old values survive only in a backup."),
    _T("database_delete", "high", "N/L/L/N/U/N/H/H", "T1485", "AC-3 CP-9 SI-12", "no",
       "Removes rows; only a backup brings them back."),

    # Files
    _T("file.list", "low", "L/L/L/N/U/L/N/N", "T1083", "AC-3 AU-2", "yes",
       "Looks at names, not at contents."),
    _T("file.read", "low", "L/L/L/N/U/L/N/N", "T1005", "AC-3 AU-2", "yes",
       "Reads a file and changes nothing."),
    _T("file.write", "medium", "L/L/L/N/U/N/H/L", "T1565.001", "AC-3 SI-7", "partly",
       "Writes a file; what was there before may be gone."),
    _T("file.delete", "high", "L/L/L/N/U/N/H/H", "T1485", "AC-3 CP-9 SI-12", "no",
       "Removes a file; only a backup brings it back."),
    _T("file.bulk_delete", "critical", "L/L/L/N/C/N/H/H", "T1485", "AC-3 CP-9 SI-12", "no",
       "Removes many files at once; only a backup brings them back."),
    _T("file.permission", "high", "L/L/L/N/U/H/H/N", "T1222", "AC-3 AC-6 CM-5", "yes",
       "Changes who may read or write; often noticed only after it was used."),
    _T("file.share", "high", "N/L/L/N/C/H/N/N", "T1567.002", "AC-4 AC-21", "no",
       "Gives a file to others; a copy cannot be called back."),
    _T("file.upload", "high", "N/L/L/N/C/H/N/N", "T1567.002", "AC-4 AC-20", "no",
       "Sends a file somewhere else; a copy cannot be called back."),
    _T("file.*", "medium", "L/L/L/N/U/L/L/L", "T1005", "AC-3 AU-2", "unknown",
       "A file operation nobody has rated yet.", 10.0),

    # Money
    _T("financial.read", "medium", "N/L/L/N/U/H/N/N", "T1213", "AC-3 AC-6 AU-2", "yes",
       "Reads balances and movements."),
    _T("financial.refund", "high", "N/L/L/N/C/N/H/N", "T1657", "AC-3 AC-5 AU-10", "no",
       "Pays money out; a favourite of fraud because it looks like service."),
    _T("financial.payment", "high", "N/L/L/N/C/N/H/N", "T1657", "AC-3 AC-5 AU-10", "no",
       "Pays money out; whether it comes back is up to others."),
    _T("financial.transfer", "high", "N/L/L/N/C/N/H/N", "T1657", "AC-3 AC-5 AU-10", "no",
       "Moves money; whether it comes back is up to others."),
    _T("financial.modify_limits", "high", "N/L/L/N/C/N/H/L", "T1565.001", "AC-3 AC-5 CM-3", "yes",
       "Moves the line that stops the next transfer."),
    _T("financial.bulk_transfer", "critical", "N/L/L/N/C/N/H/H", "T1657", "AC-3 AC-5 AU-10", "no",
       "Moves money many times in one step."),
    _T("financial.*", "high", "N/L/L/N/C/L/H/N", "T1657", "AC-3 AC-5 AU-10", "unknown",
       "A financial operation nobody has rated yet."),
    _T("payment.*", "high", "N/L/L/N/C/N/H/N", "T1657", "AC-3 AC-5 AU-10", "no",
       "Pays money out; whether it comes back is up to others."),

    # Code and systems
    _T("code.read", "low", "N/L/L/N/U/L/N/N", "T1213", "AC-3 AU-2", "yes",
       "Reads source code and changes nothing."),
    _T("code.eval", "critical", "L/L/L/N/C/H/H/H", "T1059 AML.T0050", "CM-7 SI-10 SC-39", "unknown",
       "Runs code composed at run time; it can do whatever the process can."),
    _T("code.exec", "critical", "L/L/L/N/C/H/H/H", "T1059 AML.T0050", "CM-7 SI-10 SC-39", "unknown",
       "Runs code composed at run time; it can do whatever the process can."),
    _T("code.deploy", "high", "N/L/H/N/C/L/H/H", "T1072", "CM-3 CM-5 SA-10", "partly",
       "Puts other code into service."),
    _T("code.*", "high", "N/L/L/N/U/L/H/L", "T1195.002", "CM-3 CM-5 SA-10", "unknown",
       "An operation on code nobody has rated yet."),
    _T("system.read", "low", "L/L/L/N/U/L/N/N", "T1082", "CA-7 AU-2", "yes",
       "Reads the state of a system and changes nothing."),
    _T("system.monitor", "low", "L/L/L/N/U/L/N/N", "T1082", "CA-7 SI-4", "yes",
       "Watches a system and changes nothing."),
    _T("system.subprocess", "critical", "L/L/L/N/C/H/H/H", "T1059 AML.T0050", "CM-7 SI-10 SC-39", "unknown",
       "Starts a program; it can do whatever the account can."),
    _T("system.shutdown", "critical", "N/L/H/N/C/N/L/H", "T1529", "CM-3 CP-10", "partly",
       "Stops a system and everything that depends on it."),
    _T("system.*", "critical", "L/L/H/N/C/H/H/H", "T1569", "CM-3 CM-5 AC-6(9)", "unknown",
       "A system operation nobody has rated yet."),
    _T("network.scan", "medium", "N/L/L/N/U/L/N/N", "T1046", "RA-5 AU-2", "yes",
       "Maps what is reachable; to others it looks like an attack."),
    _T("network.firewall", "critical", "N/L/H/N/C/H/H/H", "T1562.004", "SC-7 CM-3", "yes",
       "Opens or closes the way in for everybody."),
    _T("network.*", "high", "N/L/H/N/C/L/H/H", "T1562.004", "SC-7 CM-3", "unknown",
       "A network operation nobody has rated yet."),
    _T("cloud.read", "low", "N/L/L/N/U/L/N/N", "T1580", "CM-8 AU-2", "yes",
       "Lists cloud resources and changes nothing."),
    _T("cloud.create", "high", "N/L/L/N/U/N/H/L", "T1578.002", "CM-3 CM-8", "yes",
       "Starts something that costs money and can be attacked."),
    _T("cloud.delete", "critical", "N/L/L/N/C/N/H/H", "T1485", "CM-3 CP-9", "no",
       "Removes cloud resources with what is stored in them."),
    _T("cloud.*", "high", "N/L/L/N/C/L/H/H", "T1578", "CM-3 CM-8", "unknown",
       "A cloud operation nobody has rated yet."),
    _T("container.*", "high", "N/L/L/N/U/N/L/H", "T1609 T1610", "CM-2 CM-7", "unknown",
       "Controls containers and what runs in them."),

    # Secrets, accounts, records
    _T("secret.read", "high", "N/L/L/N/C/H/N/N", "T1555", "IA-5 SC-12 AC-6", "no",
       "Hands out a credential; from then on it must be changed to be trusted."),
    _T("secret.*", "critical", "N/L/H/N/C/H/H/H", "T1555", "IA-5 SC-12 AC-6", "unknown",
       "Changes the credentials other systems live by."),
    _T("user.read", "medium", "N/L/L/N/U/H/N/N", "T1087", "AC-3 PT-2 AU-2", "yes",
       "Reads people's accounts."),
    _T("user.create", "high", "N/L/H/N/U/L/H/L", "T1136", "AC-2 AU-2", "yes",
       "Opens a door under a new name."),
    _T("user.update", "high", "N/L/H/N/U/L/H/L", "T1098", "AC-2 AC-6", "partly",
       "Changes who somebody is or what they may do."),
    _T("user.delete", "high", "N/L/H/N/U/N/H/L", "T1531", "AC-2 SI-12", "partly",
       "Locks somebody out."),
    _T("user.password_reset", "high", "N/L/L/N/U/H/H/N", "T1098", "IA-5 AC-2", "no",
       "Whoever gets the new password is the user."),
    _T("user.grant", "critical", "N/L/H/N/C/H/H/H", "T1098", "AC-2 AC-6 AC-5", "yes",
       "Gives somebody more power than before."),
    _T("user.*", "high", "N/L/H/N/U/L/H/L", "T1098", "AC-2 AU-2", "unknown",
       "An operation on accounts nobody has rated yet."),
    _T("audit.read", "low", "N/L/L/N/U/L/N/N", "T1654", "AU-6 AU-9", "yes",
       "Reads records and changes nothing."),
    _T("audit.*", "critical", "N/L/H/N/C/H/H/H", "T1070", "AU-9 AU-11", "no",
       "Touches the records that would show what happened."),

    # Messages and other systems
    _T("email.read", "medium", "N/L/L/N/U/H/N/N", "T1114", "AC-3 AC-6", "yes",
       "Reads correspondence."),
    _T("email.bulk_send", "high", "N/L/L/R/C/L/L/N", "AML.T0086", "AC-4 SC-8", "no",
       "Writes to many people in the organisation's name; sent stays sent."),
    _T("email.*", "medium", "N/L/L/R/U/L/L/N", "AML.T0086", "AC-4 SC-8", "no",
       "Writes to people in the organisation's name; sent stays sent."),
    _T("notification.*", "low", "N/L/L/N/U/N/L/N", "", "AC-4 AU-2", "no",
       "Tells somebody inside that something happened."),
    _T("api.read", "low", "N/L/L/N/U/L/N/N", "AML.T0053", "AC-20 AU-2", "yes",
       "Reads from another system."),
    _T("api.delete", "high", "N/L/L/N/U/N/H/H", "AML.T0101", "AC-20 SI-12", "no",
       "Removes something in another system."),
    _T("api.*", "medium", "N/L/L/N/U/L/L/N", "AML.T0053", "AC-20 SC-7", "unknown",
       "Calls another system; what that does with it is not visible from here."),

    # Tools, by the frameworks that call them
    _T("langchain.tool.calculator", "low", "N/L/L/N/U/N/L/N", "", "AU-2", "yes",
       "Computes."),
    _T("langchain.tool.wikipedia", "low", "N/L/L/N/U/L/N/N", "AML.T0053", "AC-4 AU-2", "yes",
       "Looks something up outside; the question leaves our hands."),
    _T("langchain.tool.terminal", "critical", "L/L/L/N/C/H/H/H", "T1059 AML.T0053", "CM-7 SI-10 SC-39", "unknown",
       "Runs commands; it can do whatever the account can."),
    _T("langchain.tool.python_repl", "critical", "L/L/L/N/C/H/H/H", "T1059.006 AML.T0053", "CM-7 SI-10 SC-39",
       "unknown", "Runs code composed at run time; it can do whatever the process can."),
    _T("langchain.tool.*", "medium", "N/L/L/N/U/L/L/L", "AML.T0053", "AC-3 CM-7 AU-2", "unknown",
       "A tool nobody has rated yet.", 10.0),
    _T("mcp.*", "medium", "N/L/L/N/U/L/L/L", "AML.T0053", "AC-3 CM-7 AU-2", "unknown",
       "A tool of an MCP server nobody has rated yet.", 10.0),

    _T("*", "medium", "N/L/L/N/U/L/L/L", "AML.T0053", "RA-3 AC-3 AU-2", "unknown",
       "Nobody has rated this action type yet, so a person looks at it.", 10.0),
)
# fmt: on
