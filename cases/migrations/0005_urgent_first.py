"""Urgent cases stand above all others in the queue, and are found by an index of their own (QU7)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0004_beside_the_process")]

    operations = [
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("urgent", True)),
                fields=["due_at", "id"],
                name="cases_queue_urgent",
            ),
        )
    ]
