"""The rules of risk an admin tunes. Rows here are the draft desk; what scores an action is the frozen RulebookVersion.

Every change goes through governance.rule_changes, which writes the next version. Disabled, never deleted.
"""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator, StepValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from governance import frozen_words
from governance.models.catalogues import Control, Technique


class Level(models.TextChoices):
    """The four risk levels of the guide."""

    LOW = "low", _("Low")
    MEDIUM = "medium", _("Medium")
    HIGH = "high", _("High")
    CRITICAL = "critical", _("Critical")


# Halves, because binary floats add them without error: the factors of a score add up to it exactly.
POINTS = [MinValueValidator(0.0), MaxValueValidator(100.0), StepValueValidator(0.5)]


class LevelScore(models.Model):
    """The base score of a level. The guide fixes 35, 60, 85 and 95."""

    level = models.CharField(max_length=8, choices=Level.choices, unique=True)
    score = models.FloatField(validators=POINTS)
    is_enabled = True

    class Meta:
        verbose_name = "level score"
        ordering = ["score"]
        constraints = [models.CheckConstraint(name="level_score_in_range", condition=models.Q(score__range=(0, 100)))]

    def __str__(self) -> str:
        return f"{frozen_words.level(self.level)} = {frozen_words.number(self.score)}"


class ActionTypeRule(models.Model):
    """What one action type (or a dotted family, or everything else) means for risk."""

    class Reversibility(models.TextChoices):
        YES = "yes", _("Reversible")
        PARTLY = "partly", _("Partly reversible")
        NO = "no", _("Irreversible")
        UNKNOWN = "unknown", _("Unknown")

    class BlastRadius(models.TextChoices):
        """How far it reaches if it goes wrong."""

        RECORD = "record", _("One record")
        RECORDS = "records", _("Many records")
        SYSTEM = "system", _("A whole system")
        OUTSIDE = "outside", _("Beyond our systems")
        UNKNOWN = "unknown", _("Unknown")

    pattern = models.CharField(
        max_length=100,
        unique=True,
        help_text="An action type (transaction), a dotted family (database.*), or * for everything unclassified.",
    )
    level = models.CharField(max_length=8, choices=Level.choices)
    extra_points = models.FloatField(
        default=0, validators=POINTS, help_text="Added to the level's base score, 0 to 100."
    )
    why = models.CharField(max_length=300, help_text="In plain words, for the reviewer: why this type has this level.")
    cvss_vector = models.CharField("CVSS vector", max_length=200, help_text="CVSS 3.1 or 4.0 base vector.")
    techniques = models.ManyToManyField(Technique, blank=True, related_name="action_types")
    controls = models.ManyToManyField(Control, blank=True, related_name="action_types")
    reversibility = models.CharField(max_length=7, choices=Reversibility.choices, default=Reversibility.UNKNOWN)
    blast_radius = models.CharField(max_length=7, choices=BlastRadius.choices, default=BlastRadius.UNKNOWN)
    is_enabled = models.BooleanField("enabled", default=True)

    class Meta:
        verbose_name = "action type"
        ordering = ["pattern"]

    def __str__(self) -> str:
        return self.pattern


class EvidenceRule(models.Model):
    """Words in the description, resource, tool or details that raise the score. Matched as whole words only."""

    name = models.CharField(max_length=100, unique=True)
    words = models.TextField(help_text="One word or phrase per line; case does not matter. Whole words only.")
    points = models.FloatField(validators=POINTS, help_text="Raises the score by this much, 0 to 100.")
    up_to = models.FloatField(
        default=85,
        validators=POINTS,
        help_text="But not above this score: what the type itself already says is not counted twice.",
    )
    reason = models.CharField(max_length=300)
    is_enabled = models.BooleanField("enabled", default=True)

    class Meta:
        verbose_name = "evidence rule"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class IndicatorRule(models.Model):
    """A risk indicator the client may send. It can raise the score or force a review, never lower anything.

    The key `environment` also reads the submission's own field of that name.
    """

    name = models.CharField(max_length=100, unique=True)
    key = models.CharField(
        max_length=100, help_text="The key in risk_indicators or context, for example external_transfer."
    )
    value = models.CharField(max_length=100, help_text="The value that counts, as text: true, high, exceeded.")
    points = models.FloatField(default=0, validators=POINTS, help_text="Raises the score by this much, 0 to 100.")
    up_to = models.FloatField(default=100, validators=POINTS, help_text="But not above this score.")
    raises_to = models.CharField(
        max_length=8,
        choices=Level.choices,
        blank=True,
        help_text="Raises the score to at least this level's base.",
    )
    forces_review = models.BooleanField(default=False, help_text="A person must look, whatever the score.")
    cvss_environment = models.CharField(
        "CVSS environment",
        max_length=20,
        blank=True,
        help_text="What is at stake there, as security requirements of CVSS: CR:H, or CR:H/IR:H. It only raises.",
    )
    reason = models.CharField(max_length=300)
    is_enabled = models.BooleanField("enabled", default=True)

    class Meta:
        verbose_name = "indicator rule"
        ordering = ["key", "value"]
        constraints = [
            models.UniqueConstraint(fields=["key", "value"], name="indicator_one_rule_per_value"),
        ]

    def __str__(self) -> str:
        return self.name


class RulebookVersion(models.Model):
    """All enabled rules at one moment, frozen. Every action keeps the version it was scored with."""

    version = models.PositiveIntegerField(primary_key=True)
    content = models.TextField(help_text="Canonical JSON of every enabled rule.")
    digest = models.CharField(max_length=64)
    reason = models.TextField()
    changed_by = models.CharField(max_length=255)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = "rulebook version"
        ordering = ["-version"]

    def __str__(self) -> str:
        return gettext("version {number}").format(number=self.version)
