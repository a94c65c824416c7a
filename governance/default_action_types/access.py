"""Ratings: secrets, accounts, security settings, and the records of what happened. PURE."""

from __future__ import annotations

from governance.default_action_types.rating import Rating as _R

# fmt: off
RATINGS: tuple[_R, ...] = (
    # Secrets
    _R("secret.list", "medium", "N/L/L/N/U/L/N/N", "T1552", "AC-6 SC-12 AU-2", "yes", "records",
       "Learns which secrets there are, and not what they say.", 10.0),
    _R("secret.read secret_read", "high", "N/L/L/N/C/H/N/N", "T1555 AML.T0098 ASI03", "IA-5 SC-12 AC-6", "no", "system",
       "Hands out a credential; from then on it must be changed to be trusted."),
    _R("secret.write secret.create secret.rotate secret_write", "critical", "N/L/H/N/C/H/H/H", "T1098 ASI03",
       "IA-5 SC-12 AC-6", "partly", "system",
       "Changes the credentials other systems live by."),
    _R("secret.delete", "critical", "N/L/H/N/C/N/H/H", "T1531", "IA-5 SC-12 CP-9", "no", "system",
       "Takes away the credentials other systems live by."),
    _R("secret.*", "critical", "N/L/H/N/C/H/H/H", "T1555", "IA-5 SC-12 AC-6", "unknown", "system",
       "Changes the credentials other systems live by."),

    # Accounts
    _R("user.read user.list user.search", "medium", "N/L/L/N/U/H/N/N", "T1087", "AC-3 PT-2 AU-2", "yes", "records",
       "Reads people's accounts."),
    _R("user.create user_create", "high", "N/L/H/N/U/L/H/L", "T1136", "AC-2 AU-2", "yes", "record",
       "Opens a door under a new name."),
    _R("user.update user.modify user_update", "high", "N/L/H/N/U/L/H/L", "T1098", "AC-2 AC-6", "partly", "record",
       "Changes who somebody is or what they may do."),
    _R("user.delete user.disable user.suspend user_delete", "high", "N/L/H/N/U/N/H/L", "T1531", "AC-2 SI-12", "partly",
       "record", "Locks somebody out."),
    _R("user.password_reset user.reset_password password_reset", "high", "N/L/L/N/U/H/H/N", "T1098", "IA-5 AC-2", "no",
       "record", "Whoever gets the new password is the user."),
    _R("user.mfa_reset user.disable_mfa", "critical", "N/L/L/N/U/H/H/N", "T1556.006 ASI03", "IA-2 IA-5 AC-2", "yes",
       "record", "Takes away the second proof; the password alone is then enough."),
    _R("user.grant user.permission user.role_change user.escalate privilege_escalation", "critical", "N/L/H/N/C/H/H/H",
       "T1098 ASI03", "AC-2 AC-6 AC-5", "yes", "system",
       "Gives somebody more power than before."),
    _R("user.revoke", "high", "N/L/H/N/U/N/L/H", "T1531", "AC-2 AC-6", "yes", "record",
       "Takes rights away; somebody may not be able to work."),
    _R("user.impersonate", "critical", "N/L/H/N/C/H/H/N", "T1134 ASI03", "AC-6 AC-6(9) IA-2", "no", "outside",
       "Acts as somebody else; the records then name the wrong person."),
    _R("user.*", "high", "N/L/H/N/U/L/H/L", "T1098", "AC-2 AU-2", "unknown", "record",
       "An operation on accounts nobody has rated yet."),

    # Security settings
    _R("security.read security.scan", "medium", "N/L/L/N/U/L/N/N", "T1082", "RA-5 CA-7", "yes", "system",
       "Reads how the house is locked."),
    _R("security.authentication authentication auth.login", "medium", "N/L/L/N/U/L/L/N", "T1078", "IA-2 IA-5 AC-2 AU-2",
       "yes", "record", "Proves to a system who somebody is, and is let in as them."),
    _R("security.access_control", "high", "N/L/H/N/C/H/H/L", "T1098 ASI03", "AC-2 AC-3 AC-6", "yes", "system",
       "Changes who may do what."),
    _R("security.key_rotation", "high", "N/L/H/N/U/L/H/H", "T1098", "SC-12 IA-5 CM-3", "no", "system",
       "Replaces a key; what still holds the old one stops working."),
    _R("security.encryption_change", "critical", "N/L/H/N/C/H/H/H", "T1600 T1486", "SC-12 SC-13 SC-28", "partly",
       "system", "Decides who can read everything, or that nobody can."),
    _R("security.disable security.policy_change", "critical", "N/L/H/N/C/H/H/H", "T1562 T1484", "CM-3 CM-5 SI-6", "yes",
       "system", "Weakens what protects everything else."),
    _R("security.*", "high", "N/L/H/N/C/H/H/L", "T1562", "CM-3 AC-6 AU-2", "unknown", "system",
       "A security operation nobody has rated yet."),
    _R("certificate.issue certificate.revoke", "critical", "N/L/H/N/C/H/H/H", "T1600", "SC-12 IA-5 CM-3", "no",
       "system", "Decides whom other systems believe."),

    # Records of what happened
    _R("audit.read audit.search audit_read log.read", "low", "N/L/L/N/U/L/N/N", "T1654", "AU-6 AU-9", "yes", "records",
       "Reads records and changes nothing."),
    _R("audit.export log.export", "high", "N/L/L/N/C/H/N/N", "T1654 T1020", "AU-9 AC-4", "no", "records",
       "Takes records out in bulk; names and secrets may stand in them."),
    _R("audit.* audit_modification log.delete log.clear", "critical", "N/L/H/N/C/H/H/H", "T1070 ASI10", "AU-9 AU-11",
       "no", "system", "Touches the records that would show what happened."),
)
# fmt: on
