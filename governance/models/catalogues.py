"""What ATT&CK, ATLAS, OWASP and NIST publish, as tables. Rows are withdrawn, never deleted: rules name them.

`published` keeps what the publisher last said, so that a later load can tell an admin's words from the publisher's.
"""

from __future__ import annotations

from django.db import models
from django.utils import timezone


class Technique(models.Model):
    """A technique of MITRE ATT&CK or ATLAS, or a risk of OWASP's list for agentic applications."""

    class Framework(models.TextChoices):
        ATTACK = "attack", "MITRE ATT&CK"
        ATLAS = "atlas", "MITRE ATLAS"
        OWASP = "owasp", "OWASP ASI"

    external_id = models.CharField(max_length=16, unique=True, help_text="For example T1565.001, AML.T0053 or ASI02.")
    framework = models.CharField(max_length=6, choices=Framework.choices, editable=False, default=Framework.ATTACK)
    name = models.CharField(max_length=200)
    tactic = models.CharField(max_length=100, blank=True, help_text="The tactic it serves here, for example Impact.")
    tactic_id = models.CharField(max_length=16, blank=True)
    is_withdrawn = models.BooleanField("withdrawn", default=False, help_text="The publisher revoked or deprecated it.")
    published = models.JSONField(default=dict, editable=False)
    source = models.CharField(max_length=60, blank=True, editable=False, help_text="The release it was last read from.")

    class Meta:
        ordering = ["external_id"]

    def __str__(self) -> str:
        return f"{self.external_id} {self.name}"

    @staticmethod
    def framework_of(external_id: str) -> Technique.Framework:
        """Who publishes it, by the shape of its id."""
        if external_id.startswith("ASI"):
            return Technique.Framework.OWASP
        return Technique.Framework.ATLAS if external_id.startswith("AML.") else Technique.Framework.ATTACK


class Control(models.Model):
    """A control, or a control enhancement, of NIST SP 800-53 Rev. 5."""

    control_id = models.CharField(max_length=16, unique=True, help_text="For example AC-3 or AC-6(9).")
    title = models.CharField(max_length=250)
    in_low = models.BooleanField("in the low baseline", default=False, editable=False)
    in_moderate = models.BooleanField("in the moderate baseline", default=False, editable=False)
    in_high = models.BooleanField("in the high baseline", default=False, editable=False)
    in_privacy = models.BooleanField("in the privacy baseline", default=False, editable=False)
    is_withdrawn = models.BooleanField("withdrawn", default=False, help_text="The publisher withdrew it.")
    published = models.JSONField(default=dict, editable=False)
    source = models.CharField(max_length=60, blank=True, editable=False, help_text="The release it was last read from.")

    class Meta:
        ordering = ["control_id"]

    def __str__(self) -> str:
        return f"{self.control_id} {self.title}"


class Mitigation(models.Model):
    """A published statement that a control mitigates a technique (Mappings Explorer)."""

    technique = models.ForeignKey(Technique, on_delete=models.PROTECT, related_name="mitigations")
    control = models.ForeignKey(Control, on_delete=models.PROTECT, related_name="mitigations")
    source = models.CharField(max_length=60, blank=True)

    class Meta:
        ordering = ["technique__external_id", "control__control_id"]
        constraints = [models.UniqueConstraint(fields=["technique", "control"], name="mitigation_said_once")]

    def __str__(self) -> str:
        return f"{self.control.control_id} mitigates {self.technique.external_id}"


class CatalogueRelease(models.Model):
    """A release of a catalogue that was read: which one, when, and what came of it."""

    class Catalogue(models.TextChoices):
        ATTACK = "attack", "MITRE ATT&CK Enterprise"
        ATLAS = "atlas", "MITRE ATLAS"
        OWASP = "owasp", "OWASP Top 10 for Agentic Applications"
        CONTROLS = "controls", "NIST SP 800-53"
        BASELINE = "baseline", "NIST SP 800-53B baseline"
        MAPPING = "mapping", "ATT&CK to NIST SP 800-53"

    catalogue = models.CharField(max_length=8, choices=Catalogue.choices)
    title = models.CharField(max_length=200)
    version = models.CharField(max_length=60)
    digest = models.CharField(max_length=64, help_text="SHA-256 of the file as it was read.")
    counts = models.JSONField(default=dict)
    loaded_by = models.CharField(max_length=255)
    loaded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = "catalogue release"
        ordering = ["-loaded_at", "-id"]

    def __str__(self) -> str:
        return f"{self.get_catalogue_display()} {self.version}"
