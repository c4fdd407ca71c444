"""What starts the time to answer; texts published before say nothing about it.

The triggers are taken away first: SQLite rebuilds the table they stand on.
"""

from django.db import migrations, models

from policies import triggers


class Migration(migrations.Migration):
    dependencies = [
        ("policies", "0003_pledges_reviews_and_readers"),
    ]

    operations = [
        migrations.RunPython(triggers.remove, triggers.install),
        # For the rows that stand; a new version starts with the default below.
        migrations.AddField(
            model_name="version",
            name="clock_starts",
            field=models.CharField(
                blank=True,
                choices=[
                    ("sent", "When the letter is written"),
                    ("delivered", "When the letter is delivered"),
                    (
                        "read",
                        "When the letter is opened, or ten working days after it was delivered",
                    ),
                ],
                default="",
                max_length=10,
                verbose_name="the time to answer starts",
            ),
        ),
        migrations.AlterField(
            model_name="version",
            name="clock_starts",
            field=models.CharField(
                blank=True,
                choices=[
                    ("sent", "When the letter is written"),
                    ("delivered", "When the letter is delivered"),
                    (
                        "read",
                        "When the letter is opened, or ten working days after it was delivered",
                    ),
                ],
                default="delivered",
                max_length=10,
                verbose_name="the time to answer starts",
            ),
        ),
        migrations.AddConstraint(
            model_name="version",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("clock_starts", ""),
                    ("clock_starts__in", ["sent", "delivered", "read"]),
                    _connector="OR",
                ),
                name="policies_version_clock_known",
            ),
        ),
        migrations.RunPython(triggers.install, triggers.remove),
    ]
