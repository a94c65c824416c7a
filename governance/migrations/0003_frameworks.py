"""Techniques that were there before the frameworks were told apart get theirs."""

from django.db import migrations


def tell_apart(apps, schema_editor):
    technique = apps.get_model("governance", "Technique")
    technique.objects.filter(external_id__startswith="AML.").update(framework="atlas")
    technique.objects.filter(external_id__startswith="ASI").update(framework="owasp")


class Migration(migrations.Migration):
    dependencies = [("governance", "0002_tuning")]
    operations = [migrations.RunPython(tell_apart, migrations.RunPython.noop)]
