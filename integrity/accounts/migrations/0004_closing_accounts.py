"""Who answered, codes that prove control of both accounts, and how far the search has come."""

import django.db.models.deletion
from django.db import migrations, models

import integrity.core.clock
import integrity.core.fields


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_second_accounts"),
    ]

    operations = [
        migrations.CreateModel(
            name="MatchPlace",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("last_id", models.BigIntegerField(default=0)),
            ],
            options={
                "verbose_name": "place of the search for second accounts",
                "verbose_name_plural": "places of the search for second accounts",
            },
        ),
        migrations.AddField(
            model_name="accountmatch",
            name="answered_by_older",
            field=models.BooleanField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="accountmatch",
            name="other_answer",
            field=integrity.core.fields.BoundedText(
                blank=True, max_length=2000, verbose_name="what the other account says"
            ),
        ),
        migrations.AddField(
            model_name="accountmatch",
            name="other_answered_at",
            field=models.DateTimeField(
                blank=True, null=True, verbose_name="other account answered"
            ),
        ),
        migrations.AddField(
            model_name="user",
            name="former_ids",
            field=models.JSONField(blank=True, default=list, editable=False),
        ),
        migrations.CreateModel(
            name="ClosingCode",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("keeps_older", models.BooleanField()),
                ("digest", models.CharField(max_length=64)),
                ("sent_at", models.DateTimeField(default=integrity.core.clock.now)),
                ("expires_at", models.DateTimeField()),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("proved_at", models.DateTimeField(null=True)),
                ("form_key", models.CharField(editable=False, max_length=64, unique=True)),
                (
                    "match",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="codes",
                        to="accounts.accountmatch",
                    ),
                ),
            ],
            options={
                "verbose_name": "code to close an account",
                "verbose_name_plural": "codes to close accounts",
                "indexes": [
                    models.Index(fields=["match", "-sent_at"], name="accounts_code_newest")
                ],
            },
        ),
    ]
