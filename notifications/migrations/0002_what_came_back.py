"""A message may come back: it was handed over, and did not arrive."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0001_initial"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="outboxmessage",
            name="outbox_state_known",
        ),
        migrations.RemoveIndex(
            model_name="outboxmessage",
            name="outbox_attention",
        ),
        migrations.AlterField(
            model_name="outboxmessage",
            name="state",
            field=models.CharField(
                choices=[
                    ("queued", "Waiting to be sent"),
                    ("claimed", "Picked up by a worker"),
                    ("transmitting", "Being handed over"),
                    ("sent", "Sent"),
                    ("failed", "Failed, will be tried again"),
                    ("uncertain", "Not known whether it was sent"),
                    ("dead", "Could not be sent"),
                    ("suppressed", "Not sent on purpose"),
                    ("bounced", "Came back"),
                ],
                default="queued",
                max_length=16,
                verbose_name="state",
            ),
        ),
        migrations.AddIndex(
            model_name="outboxmessage",
            index=models.Index(
                condition=models.Q(("state__in", ("failed", "uncertain", "dead", "bounced"))),
                fields=["institution", "-created_at", "-id"],
                name="outbox_attention",
            ),
        ),
        migrations.AddConstraint(
            model_name="outboxmessage",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            "queued",
                            "claimed",
                            "transmitting",
                            "sent",
                            "failed",
                            "uncertain",
                            "dead",
                            "suppressed",
                            "bounced",
                        ],
                    )
                ),
                name="outbox_state_known",
            ),
        ),
    ]
