"""Agents first seen in a submission, which nobody has registered since, are called what they are."""

from django.db import migrations


def call_them_unregistered(apps, schema_editor):
    apps.get_model("actions", "Agent").objects.filter(registered_by__isnull=False).update(agent_type="unregistered")


class Migration(migrations.Migration):
    dependencies = [("actions", "0003_agent_type")]
    operations = [migrations.RunPython(call_them_unregistered, migrations.RunPython.noop)]
