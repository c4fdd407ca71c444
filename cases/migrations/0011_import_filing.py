"""A list of reports that is being filed, so that another worker can go on where one died."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies: ClassVar = [("cases", "0010_slow_receipts")]

    operations: ClassVar = [
        migrations.RemoveConstraint(model_name="reportimport", name="cases_import_filed_whole"),
        migrations.AlterField(
            model_name="reportimport",
            name="status",
            field=models.CharField(
                choices=[
                    ("checked", "Checked, nothing filed yet"),
                    ("filing", "Being filed"),
                    ("filed", "Filed"),
                ],
                default="checked",
                max_length=8,
                verbose_name="status",
            ),
        ),
        migrations.AddConstraint(
            model_name="reportimport",
            constraint=models.CheckConstraint(
                condition=Q(status__in=["checked", "filing"], filed_at__isnull=True)
                | Q(status="filed", filed_at__isnull=False),
                name="cases_import_filed_whole",
            ),
        ),
    ]
