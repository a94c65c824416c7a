"""What is kept of a person's second step besides what allauth keeps."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.db import models


class LastCode(models.Model):
    """The half minute (since 1970) of the latest code of an app that was taken. None of it or before is taken again."""

    second_factor = models.OneToOneField(Authenticator, on_delete=models.CASCADE, primary_key=True, related_name="+")
    step = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.second_factor_id}: {self.step}"
