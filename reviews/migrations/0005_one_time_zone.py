"""A person has one time zone, for their notices and for the pages."""

from typing import Any

from django.db import migrations


def to_the_person(apps: Any, schema_editor: Any) -> None:
    """What they chose for their notices is the zone of everything."""
    for preference in apps.get_model("reviews", "NoticePreference").objects.exclude(time_zone="UTC"):
        apps.get_model("governance", "Person").objects.filter(pk=preference.person_id).update(
            time_zone=preference.time_zone
        )


def back(apps: Any, schema_editor: Any) -> None:
    """The column is there again; it takes what the person has."""
    for preference in apps.get_model("reviews", "NoticePreference").objects.select_related("person"):
        preference.time_zone = preference.person.time_zone
        preference.save(update_fields=["time_zone"])


class Migration(migrations.Migration):
    dependencies = [
        ("governance", "0005_person_settings"),
        ("reviews", "0004_desk"),
    ]

    operations = [
        migrations.RunPython(to_the_person, back),
        migrations.RemoveField(model_name="noticepreference", name="time_zone"),
    ]
