"""What an identity is opened for: the words in which whoever reported is told."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("cases", "0008_intake_people_trust")]

    operations: ClassVar = [
        migrations.AddField(
            model_name="reveal",
            name="purpose",
            field=models.CharField(
                choices=[
                    ("safety", "Somebody may be in danger"),
                    ("protect", "To protect the person who reported"),
                    ("duty", "A law or a court asks for it"),
                    ("made_up", "There are signs that the report was made up on purpose"),
                ],
                default="safety",
                max_length=8,
                verbose_name="purpose",
            ),
            preserve_default=False,
        ),
    ]
