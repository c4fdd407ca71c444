"""What supplements the governing text, why it governs, and who decides; reports to the platform."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import integrity.core.clock
import integrity.core.ids


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0005_urgent_first"),
        ("courses", "0002_permits_and_community"),
        ("policies", "0003_pledges_reviews_and_readers"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CaseReport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "public_id",
                    models.UUIDField(
                        default=integrity.core.ids.public_id, editable=False, unique=True
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("determined", "Decided"),
                            ("changed", "Changed on appeal or taken back"),
                        ],
                        max_length=12,
                        verbose_name="about",
                    ),
                ),
                ("findings", models.JSONField(default=list, verbose_name="found")),
                ("consequences", models.JSONField(default=list, verbose_name="consequences")),
                (
                    "sent_at",
                    models.DateTimeField(default=integrity.core.clock.now, verbose_name="sent"),
                ),
                ("read_at", models.DateTimeField(blank=True, null=True, verbose_name="read")),
            ],
            options={
                "verbose_name": "case report of an institution",
                "verbose_name_plural": "case reports of institutions",
                "ordering": ["-sent_at", "-id"],
            },
        ),
        migrations.AddField(
            model_name="case",
            name="course_terms",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="policies.version",
                verbose_name="terms of the course",
            ),
        ),
        migrations.AddField(
            model_name="case",
            name="governing_basis",
            field=models.CharField(
                blank=True,
                choices=[
                    ("instant", "The text in force at the instant of the incident"),
                    ("day", "The text in force on that day"),
                    ("kinder", "Two texts were in force that day; the kinder one governs"),
                    ("received", "Nobody said when; the text in force when we received the report"),
                    ("none", "No text was in force then"),
                ],
                max_length=10,
                verbose_name="why this text",
            ),
        ),
        migrations.AddField(
            model_name="case",
            name="incident_day_only",
            field=models.BooleanField(default=False, verbose_name="hour not known"),
        ),
        migrations.AddField(
            model_name="case",
            name="institution_decides",
            field=models.BooleanField(default=False, verbose_name="decided by the institution"),
        ),
        migrations.AddField(
            model_name="case",
            name="supplement",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="policies.version",
                verbose_name="policy of the institution",
            ),
        ),
        migrations.AddField(
            model_name="report",
            name="incident_day_only",
            field=models.BooleanField(default=False, verbose_name="hour not known"),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("governing_basis", ""),
                    ("governing_basis__in", ["instant", "day", "kinder", "received", "none"]),
                    _connector="OR",
                ),
                name="cases_case_basis_known",
            ),
        ),
        migrations.AddField(
            model_name="casereport",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="case_reports",
                to="cases.case",
            ),
        ),
        migrations.AddField(
            model_name="casereport",
            name="determination",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="case_reports",
                to="cases.determination",
            ),
        ),
        migrations.AddField(
            model_name="casereport",
            name="read_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="casereport",
            index=models.Index(fields=["-sent_at", "-id"], name="cases_case_report_list"),
        ),
        migrations.AddConstraint(
            model_name="casereport",
            constraint=models.UniqueConstraint(
                fields=("determination", "kind"), name="cases_case_report_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="casereport",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["determined", "changed"])),
                name="cases_case_report_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="casereport",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("read_at__isnull", True), ("read_by__isnull", True)),
                    models.Q(("read_at__isnull", False), ("read_by__isnull", False)),
                    _connector="OR",
                ),
                name="cases_case_report_read_whole",
            ),
        ),
    ]
