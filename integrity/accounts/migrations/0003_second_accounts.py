"""Likely second accounts, and the account a closed one went into."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import integrity.core.clock
import integrity.core.fields
import integrity.core.ids


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_roles_and_restrictions"),
    ]

    operations = [
        migrations.CreateModel(
            name="AccountMatch",
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
                ("reasons", models.JSONField(default=list, verbose_name="what they share")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("found", "To be looked at"),
                            ("dismissed", "Two people"),
                            ("asked", "Person asked"),
                            ("denied", "Person says: not mine"),
                            ("closed", "One account closed"),
                        ],
                        default="found",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                (
                    "found_at",
                    models.DateTimeField(default=integrity.core.clock.now, verbose_name="found"),
                ),
                (
                    "note",
                    integrity.core.fields.BoundedText(
                        blank=True, max_length=2000, verbose_name="reason"
                    ),
                ),
                ("asked_at", models.DateTimeField(blank=True, null=True, verbose_name="asked")),
                (
                    "answered_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="answered"),
                ),
                (
                    "answer",
                    integrity.core.fields.BoundedText(
                        blank=True, max_length=2000, verbose_name="what the person says"
                    ),
                ),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="closed")),
                ("carried", models.JSONField(blank=True, default=dict)),
            ],
            options={
                "verbose_name": "likely second account",
                "verbose_name_plural": "likely second accounts",
            },
        ),
        migrations.AddField(
            model_name="user",
            name="closed_into",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="closed_accounts",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="user",
            name="email_key",
            field=models.CharField(blank=True, editable=False, max_length=254),
        ),
        migrations.AddField(
            model_name="user",
            name="name_key",
            field=models.CharField(blank=True, editable=False, max_length=150),
        ),
        migrations.AddIndex(
            model_name="user",
            index=models.Index(fields=["email_key"], name="accounts_user_by_mailbox"),
        ),
        migrations.AddIndex(
            model_name="user",
            index=models.Index(fields=["name_key"], name="accounts_user_name_key"),
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("closed_into__isnull", True),
                    models.Q(
                        ("is_active", False),
                        models.Q(("closed_into", models.F("pk")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="accounts_user_closed_inactive",
            ),
        ),
        migrations.AddField(
            model_name="accountmatch",
            name="newer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="accountmatch",
            name="older",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="accountmatch",
            name="settled_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="accountmatch",
            index=models.Index(fields=["status", "-found_at", "-id"], name="accounts_match_list"),
        ),
        migrations.AddConstraint(
            model_name="accountmatch",
            constraint=models.UniqueConstraint(
                fields=("older", "newer"), name="accounts_match_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="accountmatch",
            constraint=models.CheckConstraint(
                condition=models.Q(("older__lt", models.F("newer"))), name="accounts_match_in_order"
            ),
        ),
        migrations.AddConstraint(
            model_name="accountmatch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status__in", ["found", "dismissed", "asked", "denied", "closed"])
                ),
                name="accounts_match_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="accountmatch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "asked"), _negated=True),
                    ("asked_at__isnull", False),
                    _connector="OR",
                ),
                name="accounts_match_asked_has_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="accountmatch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "closed"), _negated=True),
                    ("closed_at__isnull", False),
                    _connector="OR",
                ),
                name="accounts_match_closed_has_time",
            ),
        ),
    ]
