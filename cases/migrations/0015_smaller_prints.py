import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0014_words_of_cases"),
        ("courses", "0001_initial"),
    ]

    operations = [
        # Nothing has been fingerprinted yet, and a key of two columns cannot be put on a table.
        migrations.DeleteModel(name="SubmissionPrint"),
        migrations.CreateModel(
            name="SubmissionPrint",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "value",
                        "submission_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("value", models.IntegerField()),
                (
                    "submission",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="prints",
                        to="courses.submission",
                    ),
                ),
            ],
        ),
        migrations.AlterField(
            model_name="printedsubmission",
            name="sha256",
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AddIndex(
            model_name="printedsubmission",
            index=models.Index(
                condition=models.Q(("sha256", "")), fields=["submission"], name="cases_print_stale"
            ),
        ),
    ]
