"""How far a sweep has come, and indexes for what is looked at again and again."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0011_import_filing")]

    operations = [
        migrations.CreateModel(
            name="Sweep",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=32, unique=True)),
                ("last_id", models.PositiveBigIntegerField(default=0)),
            ],
        ),
        migrations.AddIndex(
            model_name="evidence",
            index=models.Index(fields=["sha256"], name="cases_evidence_same"),
        ),
        migrations.AddIndex(
            model_name="report",
            index=models.Index(
                condition=models.Q(("reporter_ref", ""), _negated=True),
                fields=["submitted_at"],
                name="cases_report_arrived",
            ),
        ),
        migrations.AddIndex(
            model_name="report",
            index=models.Index(
                condition=models.Q(("closed_at__isnull", False)),
                fields=["closed_at"],
                name="cases_report_ended",
            ),
        ),
    ]
