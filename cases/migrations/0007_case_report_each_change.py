"""An institution reports each change of a decision, not only the first."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0006_governing_texts"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="casereport",
            name="cases_case_report_once",
        ),
        migrations.AddConstraint(
            model_name="casereport",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "determined")),
                fields=("determination",),
                name="cases_case_report_once",
            ),
        ),
    ]
