from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0015_smaller_prints")]

    operations = [
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(
                    (
                        "status__in",
                        ["triage", "investigation", "notified", "review", "approval", "appeal"],
                    )
                ),
                fields=["opened_at", "institution", "id"],
                name="cases_queue_age",
            ),
        ),
    ]
