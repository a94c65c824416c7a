"""The techniques and controls the shipped rules name, word for word as their publishers have them. PURE.

Techniques: MITRE ATT&CK Enterprise 18.1 and MITRE ATLAS 5.6.0 (AML), each with the one tactic it serves here, and the
OWASP Top 10 for Agentic Applications 2026 (ASI). Controls: NIST SP 800-53 Rev. 5. ATT&CK: (c) 2025 The MITRE
Corporation. This work is reproduced and distributed with the permission of The MITRE Corporation.
"""

from __future__ import annotations

# Wherever names of ATT&CK are shown or copied, this is there too: its terms of use ask for it.
MITRE_NOTICE = (
    "(c) 2025 The MITRE Corporation. This work is reproduced and distributed with the permission of The MITRE"
    " Corporation."
)

# The releases these are taken from.
VERSIONS = {"attack": "18.1", "atlas": "5.6.0", "owasp": "2026", "controls": "Revision 5"}

# Id: name, tactic, the tactic's id.
TECHNIQUES: dict[str, tuple[str, str, str]] = {
    "AML.T0048": ("External Harms", "Impact", "AML.TA0011"),
    "AML.T0050": ("Command and Scripting Interpreter", "Execution", "AML.TA0005"),
    "AML.T0053": ("AI Agent Tool Invocation", "Execution", "AML.TA0005"),
    "AML.T0057": ("LLM Data Leakage", "Exfiltration", "AML.TA0010"),
    "AML.T0086": ("Exfiltration via AI Agent Tool Invocation", "Exfiltration", "AML.TA0010"),
    "AML.T0101": ("Data Destruction via AI Agent Tool Invocation", "Impact", "AML.TA0011"),
    "T1005": ("Data from Local System", "Collection", "TA0009"),
    "T1020": ("Automated Exfiltration", "Exfiltration", "TA0010"),
    "T1046": ("Network Service Discovery", "Discovery", "TA0007"),
    "T1059": ("Command and Scripting Interpreter", "Execution", "TA0002"),
    "T1059.006": ("Python", "Execution", "TA0002"),
    "T1070": ("Indicator Removal", "Defense Evasion", "TA0005"),
    "T1072": ("Software Deployment Tools", "Execution", "TA0002"),
    "T1074": ("Data Staged", "Collection", "TA0009"),
    "T1082": ("System Information Discovery", "Discovery", "TA0007"),
    "T1083": ("File and Directory Discovery", "Discovery", "TA0007"),
    "T1087": ("Account Discovery", "Discovery", "TA0007"),
    "T1098": ("Account Manipulation", "Persistence", "TA0003"),
    "T1114": ("Email Collection", "Collection", "TA0009"),
    "T1136": ("Create Account", "Persistence", "TA0003"),
    "T1195.002": ("Compromise Software Supply Chain", "Initial Access", "TA0001"),
    "T1213": ("Data from Information Repositories", "Collection", "TA0009"),
    "T1213.006": ("Databases", "Collection", "TA0009"),
    "T1222": ("File and Directory Permissions Modification", "Defense Evasion", "TA0005"),
    "T1485": ("Data Destruction", "Impact", "TA0040"),
    "T1489": ("Service Stop", "Impact", "TA0040"),
    "T1529": ("System Shutdown/Reboot", "Impact", "TA0040"),
    "T1531": ("Account Access Removal", "Impact", "TA0040"),
    "T1555": ("Credentials from Password Stores", "Credential Access", "TA0006"),
    "T1562.004": ("Disable or Modify System Firewall", "Defense Evasion", "TA0005"),
    "T1565.001": ("Stored Data Manipulation", "Impact", "TA0040"),
    "T1567.002": ("Exfiltration to Cloud Storage", "Exfiltration", "TA0010"),
    "T1569": ("System Services", "Execution", "TA0002"),
    "T1578": ("Modify Cloud Compute Infrastructure", "Defense Evasion", "TA0005"),
    "T1578.002": ("Create Cloud Instance", "Defense Evasion", "TA0005"),
    "T1580": ("Cloud Infrastructure Discovery", "Discovery", "TA0007"),
    "T1609": ("Container Administration Command", "Execution", "TA0002"),
    "T1610": ("Deploy Container", "Execution", "TA0002"),
    "T1654": ("Log Enumeration", "Discovery", "TA0007"),
    "T1657": ("Financial Theft", "Impact", "TA0040"),
}

# Id: name. The list has no tactics.
OWASP: dict[str, str] = {
    "ASI01": "Agent Goal Hijack",
    "ASI02": "Tool Misuse and Exploitation",
    "ASI03": "Identity and Privilege Abuse",
    "ASI04": "Agentic Supply Chain Vulnerabilities",
    "ASI05": "Unexpected Code Execution (RCE)",
    "ASI06": "Memory & Context Poisoning",
    "ASI07": "Insecure Inter-Agent Communication",
    "ASI08": "Cascading Failures",
    "ASI09": "Human-Agent Trust Exploitation",
    "ASI10": "Rogue Agents",
}
TECHNIQUES |= {number: (name, "", "") for number, name in OWASP.items()}

# Id: title.
CONTROLS: dict[str, str] = {
    "AC-2": "Account Management",
    "AC-3": "Access Enforcement",
    "AC-4": "Information Flow Enforcement",
    "AC-5": "Separation of Duties",
    "AC-6": "Least Privilege",
    "AC-6(9)": "Log Use of Privileged Functions",
    "AC-20": "Use of External Systems",
    "AC-21": "Information Sharing",
    "AU-2": "Event Logging",
    "AU-6": "Audit Record Review, Analysis, and Reporting",
    "AU-9": "Protection of Audit Information",
    "AU-10": "Non-repudiation",
    "AU-11": "Audit Record Retention",
    "CA-7": "Continuous Monitoring",
    "CM-2": "Baseline Configuration",
    "CM-3": "Configuration Change Control",
    "CM-5": "Access Restrictions for Change",
    "CM-7": "Least Functionality",
    "CM-8": "System Component Inventory",
    "CP-9": "System Backup",
    "CP-10": "System Recovery and Reconstitution",
    "IA-5": "Authenticator Management",
    "PT-2": "Authority to Process Personally Identifiable Information",
    "RA-3": "Risk Assessment",
    "RA-5": "Vulnerability Monitoring and Scanning",
    "SA-10": "Developer Configuration Management",
    "SC-7": "Boundary Protection",
    "SC-8": "Transmission Confidentiality and Integrity",
    "SC-12": "Cryptographic Key Establishment and Management",
    "SC-28": "Protection of Information at Rest",
    "SC-39": "Process Isolation",
    "SI-4": "System Monitoring",
    "SI-7": "Software, Firmware, and Information Integrity",
    "SI-10": "Information Input Validation",
    "SI-12": "Information Management and Retention",
    "SI-15": "Information Output Filtering",
}
