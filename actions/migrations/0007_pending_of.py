from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('actions', '0006_workflows'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='action',
            index=models.Index(condition=models.Q(('state', 'pending')), fields=['principal'], name='action_pending_of'),
        ),
    ]
