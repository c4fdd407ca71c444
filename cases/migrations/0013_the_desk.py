import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F

import integrity.core.clock
import integrity.core.fields
import integrity.core.ids


def rank_what_is_open(apps, schema_editor):
    """Until it is weighed the next time, a case ranks by its deadline alone."""
    Case = apps.get_model("cases", "Case")
    Case.objects.filter(due_at__isnull=False).update(rank_at=F("due_at"))
    # What was dismissed before showed its names.
    Case.objects.exclude(status="triage").update(names_open=True)


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0012_what_is_noticed"),
        ("courses", "0003_peer_reviews"),
        ("policies", "0003_pledges_reviews_and_readers"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="BadFaith",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "reasons",
                    integrity.core.fields.BoundedText(max_length=4000, verbose_name="reasons"),
                ),
                (
                    "found_at",
                    models.DateTimeField(default=integrity.core.clock.now, verbose_name="recorded"),
                ),
                ("taken_back_at", models.DateTimeField(blank=True, null=True)),
                ("taken_back_reason", models.CharField(blank=True, max_length=500)),
            ],
            options={
                "verbose_name": "report in bad faith",
                "verbose_name_plural": "reports in bad faith",
            },
        ),
        migrations.CreateModel(
            name="BulkAction",
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
                            ("assign", "Assigned"),
                            ("dismiss", "Dismissed"),
                            ("merge", "Joined"),
                        ],
                        max_length=8,
                    ),
                ),
                ("done_at", models.DateTimeField(default=integrity.core.clock.now)),
                ("undone_at", models.DateTimeField(blank=True, null=True)),
                ("form_key", models.CharField(editable=False, max_length=64, unique=True)),
                ("digest", models.CharField(editable=False, max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name="BulkItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[("done", "Done"), ("refused", "Not done"), ("undone", "Undone")],
                        max_length=8,
                    ),
                ),
                ("refused", models.CharField(blank=True, max_length=300)),
                ("done_at", models.DateTimeField(default=integrity.core.clock.now)),
                ("revision", models.PositiveIntegerField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="CaseLink",
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
                            ("related", "Belongs to the same matter"),
                            ("same_source", "The same source was used"),
                            ("same_people", "The same people are in it"),
                            ("split", "One was taken out of the other"),
                        ],
                        max_length=12,
                        verbose_name="how",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="why")),
                (
                    "added_at",
                    models.DateTimeField(default=integrity.core.clock.now, verbose_name="linked"),
                ),
                ("removed_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "verbose_name": "link between cases",
                "verbose_name_plural": "links between cases",
            },
        ),
        migrations.CreateModel(
            name="CaseMerge",
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
                ("moved", models.JSONField(default=dict)),
                (
                    "merged_at",
                    models.DateTimeField(default=integrity.core.clock.now, verbose_name="joined"),
                ),
                ("undone_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Comparison",
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
                ("language", models.CharField(max_length=20, verbose_name="language")),
                ("a_title", models.CharField(max_length=200, verbose_name="first")),
                ("b_title", models.CharField(max_length=200, verbose_name="second")),
                ("a_text", integrity.core.fields.BoundedText(max_length=400000)),
                ("b_text", integrity.core.fields.BoundedText(max_length=400000)),
                ("result", models.JSONField()),
                ("set_aside", models.JSONField(blank=True, default=list)),
                (
                    "made_at",
                    models.DateTimeField(default=integrity.core.clock.now, verbose_name="made"),
                ),
                ("revision", models.PositiveIntegerField(default=0)),
                ("form_key", models.CharField(editable=False, max_length=64, unique=True)),
            ],
            options={
                "verbose_name": "comparison",
                "verbose_name_plural": "comparisons",
            },
        ),
        migrations.CreateModel(
            name="DeadlinePause",
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
                ("reason", models.CharField(max_length=500, verbose_name="reason")),
                ("due_before", models.DateTimeField(verbose_name="was due")),
                (
                    "began_at",
                    models.DateTimeField(default=integrity.core.clock.now, verbose_name="paused"),
                ),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="went on")),
            ],
            options={
                "verbose_name": "pause",
                "verbose_name_plural": "pauses",
            },
        ),
        migrations.CreateModel(
            name="Mention",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("seen_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="NoteFile",
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
                    "description",
                    models.CharField(blank=True, max_length=200, verbose_name="what it shows"),
                ),
                ("original_path", models.CharField(max_length=120, unique=True)),
                ("original_type", models.CharField(max_length=100)),
                ("original_size", models.PositiveIntegerField()),
                ("original_sha256", models.CharField(max_length=64)),
                ("derivative_path", models.CharField(max_length=120, unique=True)),
                ("derivative_type", models.CharField(max_length=100)),
                ("derivative_size", models.PositiveIntegerField()),
                ("derivative_sha256", models.CharField(max_length=64)),
                ("moving", models.BooleanField(default=False)),
                ("name_sealed", models.BinaryField()),
                (
                    "scan",
                    models.CharField(
                        choices=[
                            ("unscanned", "No scanner is set up"),
                            ("held", "Waits for the scanner"),
                            ("clean", "Nothing was found"),
                            ("infected", "Harmful"),
                        ],
                        default="unscanned",
                        editable=False,
                        max_length=10,
                    ),
                ),
                ("created_at", models.DateTimeField(default=integrity.core.clock.now)),
                ("form_key", models.CharField(editable=False, max_length=80, unique=True)),
            ],
            options={
                "ordering": ["id"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Presence",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("seen_at", models.DateTimeField(default=integrity.core.clock.now)),
                ("writing", models.BooleanField(default=False)),
            ],
        ),
        migrations.CreateModel(
            name="PrintedSubmission",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sha256", models.CharField(max_length=64)),
                ("language", models.CharField(max_length=20)),
                ("prints", models.PositiveIntegerField()),
                ("printed_at", models.DateTimeField(default=integrity.core.clock.now)),
            ],
        ),
        migrations.CreateModel(
            name="ProofMark",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "weight",
                    models.CharField(
                        choices=[
                            ("supports", "Supports"),
                            ("against", "Against"),
                            ("silent", "Silent"),
                        ],
                        max_length=8,
                        verbose_name="what it says",
                    ),
                ),
                ("remark", models.CharField(blank=True, max_length=500, verbose_name="remark")),
                ("marked_at", models.DateTimeField(default=integrity.core.clock.now)),
            ],
        ),
        migrations.CreateModel(
            name="ProofPoint",
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
                ("position", models.PositiveSmallIntegerField()),
                ("text", models.CharField(max_length=200, verbose_name="what has to be shown")),
                ("added_at", models.DateTimeField(default=integrity.core.clock.now)),
                ("removed_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "verbose_name": "point to show",
                "verbose_name_plural": "points to show",
                "ordering": ["position", "id"],
            },
        ),
        migrations.CreateModel(
            name="QueueColumns",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("columns", models.JSONField(default=list)),
            ],
        ),
        migrations.CreateModel(
            name="SavedView",
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
                ("name", models.CharField(max_length=60, verbose_name="name")),
                ("query", models.CharField(blank=True, max_length=1000)),
                ("columns", models.JSONField(blank=True, default=list)),
                (
                    "shared",
                    models.BooleanField(default=False, verbose_name="for everybody of the desk"),
                ),
                ("created_at", models.DateTimeField(default=integrity.core.clock.now)),
            ],
            options={
                "verbose_name": "saved view",
                "verbose_name_plural": "saved views",
            },
        ),
        migrations.CreateModel(
            name="SubmissionPrint",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("value", models.BigIntegerField()),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="evidence",
            name="cases_evidence_kind_known",
        ),
        migrations.AddField(
            model_name="case",
            name="dismissal_detail",
            field=models.CharField(
                blank=True,
                choices=[
                    ("trusted", "Told in good faith, nothing to look into"),
                    ("mistaken", "Somebody else was meant"),
                    ("unclear", "It cannot be found out any more"),
                    ("noise", "No report: an advertisement, a test or an empty text"),
                    ("other", "Something else"),
                ],
                max_length=12,
                verbose_name="kept by the desk",
            ),
        ),
        migrations.AddField(
            model_name="case",
            name="escalate_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="case",
            name="escalated_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="case",
            name="merged_into",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="merged",
                to="cases.case",
            ),
        ),
        migrations.AddField(
            model_name="case",
            name="paused_at",
            field=models.DateTimeField(
                blank=True, editable=False, null=True, verbose_name="paused"
            ),
        ),
        migrations.AddField(
            model_name="case",
            name="priority",
            field=models.PositiveSmallIntegerField(default=0, verbose_name="priority"),
        ),
        migrations.AddField(
            model_name="case",
            name="rank_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="rank"),
        ),
        migrations.AddField(
            model_name="report",
            name="status_before",
            field=models.CharField(
                blank=True,
                choices=[
                    ("draft", "Draft"),
                    ("submitted", "Received"),
                    ("linked", "Being looked into"),
                    ("dismissed", "Closed"),
                    ("withdrawn", "Withdrawn"),
                ],
                editable=False,
                max_length=12,
            ),
        ),
        migrations.AddField(
            model_name="respondent",
            name="status_before",
            field=models.CharField(
                blank=True,
                choices=[
                    ("triage", "Triage"),
                    ("investigation", "Investigation"),
                    ("notified", "Notified"),
                    ("review", "In review"),
                    ("approval", "Second officer"),
                    ("decided", "Decided"),
                    ("appeal", "Appeal"),
                    ("closed", "Closed"),
                    ("dismissed", "Dismissed"),
                ],
                editable=False,
                max_length=16,
            ),
        ),
        migrations.AddField(
            model_name="note",
            name="audience",
            field=models.CharField(
                choices=[
                    ("desk", "Only people of the desk who read this case"),
                    ("learner", "The learner too"),
                ],
                default="desk",
                max_length=8,
                verbose_name="who reads it",
            ),
        ),
        migrations.AddField(
            model_name="note",
            name="read_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="read"),
        ),
        migrations.AddField(
            model_name="note",
            name="respondent",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="notes",
                to="cases.respondent",
            ),
        ),
        migrations.AlterField(
            model_name="evidence",
            name="kind",
            field=models.CharField(
                choices=[
                    ("file", "File"),
                    ("link", "Link"),
                    ("quote", "Quoted text"),
                    ("submission", "Submission"),
                    ("statement", "Statement"),
                    ("similarity", "Result of a similarity tool"),
                    ("comparison", "Comparison of two texts"),
                ],
                max_length=12,
                verbose_name="kind",
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["rank_at", "id"], name="cases_queue_rank"),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["status", "rank_at", "id"], name="cases_queue_status_rank"),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                fields=["assignee", "status", "rank_at", "id"], name="cases_queue_my_rank"
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("escalate_at__isnull", False), ("escalated_at__isnull", True)),
                fields=["escalate_at"],
                name="cases_case_to_escalate",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("dismissal_detail", ""),
                    models.Q(
                        (
                            "dismissal_detail__in",
                            ["trusted", "mistaken", "unclear", "noise", "other"],
                        ),
                        ("status", "dismissed"),
                    ),
                    _connector="OR",
                ),
                name="cases_case_detail_of_dismissal",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("merged_into__isnull", True),
                    models.Q(("dismissal_reason", "duplicate"), ("status", "dismissed")),
                    _connector="OR",
                ),
                name="cases_case_merged_is_dismissed",
            ),
        ),
        migrations.AddConstraint(
            model_name="evidence",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "file",
                            "link",
                            "quote",
                            "submission",
                            "statement",
                            "similarity",
                            "comparison",
                        ],
                    )
                ),
                name="cases_evidence_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="note",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("audience", "desk"), ("respondent__isnull", True)),
                    models.Q(("audience", "learner"), ("respondent__isnull", False)),
                    _connector="OR",
                ),
                name="cases_note_audience_named",
            ),
        ),
        migrations.AddField(
            model_name="badfaith",
            name="found_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="badfaith",
            name="report",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="bad_faith",
                to="cases.report",
            ),
        ),
        migrations.AddField(
            model_name="badfaith",
            name="taken_back_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="bulkaction",
            name="actor",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="bulk_actions",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="bulkitem",
            name="action",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="items",
                to="cases.bulkaction",
            ),
        ),
        migrations.AddField(
            model_name="bulkitem",
            name="before",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="bulkitem",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="bulk_items",
                to="cases.case",
            ),
        ),
        migrations.AddField(
            model_name="bulkitem",
            name="given",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="caselink",
            name="added_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="caselink",
            name="one",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="links_on",
                to="cases.case",
            ),
        ),
        migrations.AddField(
            model_name="caselink",
            name="other",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="links_back",
                to="cases.case",
            ),
        ),
        migrations.AddField(
            model_name="caselink",
            name="removed_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="casemerge",
            name="merged_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="casemerge",
            name="source",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="merges_out",
                to="cases.case",
            ),
        ),
        migrations.AddField(
            model_name="casemerge",
            name="target",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="merges_in",
                to="cases.case",
            ),
        ),
        migrations.AddField(
            model_name="casemerge",
            name="undone_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="comparison",
            name="a_evidence",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="cases.evidence",
            ),
        ),
        migrations.AddField(
            model_name="comparison",
            name="a_submission",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="courses.submission",
            ),
        ),
        migrations.AddField(
            model_name="comparison",
            name="b_evidence",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="cases.evidence",
            ),
        ),
        migrations.AddField(
            model_name="comparison",
            name="b_submission",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="courses.submission",
            ),
        ),
        migrations.AddField(
            model_name="comparison",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="comparisons",
                to="cases.case",
            ),
        ),
        migrations.AddField(
            model_name="comparison",
            name="evidence",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="comparison",
                to="cases.evidence",
            ),
        ),
        migrations.AddField(
            model_name="comparison",
            name="made_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="deadlinepause",
            name="began_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="deadlinepause",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="pauses", to="cases.case"
            ),
        ),
        migrations.AddField(
            model_name="deadlinepause",
            name="ended_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="mention",
            name="note",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="mentions",
                to="cases.note",
            ),
        ),
        migrations.AddField(
            model_name="mention",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="mentioned_in",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="notefile",
            name="note",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="files", to="cases.note"
            ),
        ),
        migrations.AddField(
            model_name="presence",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="present", to="cases.case"
            ),
        ),
        migrations.AddField(
            model_name="presence",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="present_in",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="printedsubmission",
            name="course",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="courses.course"
            ),
        ),
        migrations.AddField(
            model_name="printedsubmission",
            name="submission",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="printed",
                to="courses.submission",
            ),
        ),
        migrations.AddField(
            model_name="proofmark",
            name="evidence",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="proof_marks",
                to="cases.evidence",
            ),
        ),
        migrations.AddField(
            model_name="proofmark",
            name="marked_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="proofpoint",
            name="added_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="proofpoint",
            name="allegation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="proof_points",
                to="cases.allegation",
            ),
        ),
        migrations.AddField(
            model_name="proofmark",
            name="point",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="marks",
                to="cases.proofpoint",
            ),
        ),
        migrations.AddField(
            model_name="queuecolumns",
            name="user",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="queue_columns",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="savedview",
            name="institution",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="queue_views",
                to="courses.institution",
            ),
        ),
        migrations.AddField(
            model_name="savedview",
            name="owner",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="queue_views",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="submissionprint",
            name="course",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="courses.course",
            ),
        ),
        migrations.AddField(
            model_name="submissionprint",
            name="submission",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="prints",
                to="courses.submission",
            ),
        ),
        migrations.AddConstraint(
            model_name="bulkaction",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["assign", "dismiss", "merge"])),
                name="cases_bulk_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="bulkitem",
            constraint=models.UniqueConstraint(
                fields=("action", "case"), name="cases_bulk_case_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="caselink",
            constraint=models.CheckConstraint(
                condition=models.Q(("one__lt", models.F("other"))), name="cases_link_lower_first"
            ),
        ),
        migrations.AddConstraint(
            model_name="caselink",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["related", "same_source", "same_people", "split"])
                ),
                name="cases_link_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="caselink",
            constraint=models.UniqueConstraint(
                condition=models.Q(("removed_at__isnull", True)),
                fields=("one", "other"),
                name="cases_link_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="casemerge",
            constraint=models.CheckConstraint(
                condition=models.Q(("source", models.F("target")), _negated=True),
                name="cases_merge_two_cases",
            ),
        ),
        migrations.AddConstraint(
            model_name="casemerge",
            constraint=models.UniqueConstraint(
                condition=models.Q(("undone_at__isnull", True)),
                fields=("source",),
                name="cases_merge_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="deadlinepause",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)),
                fields=("case",),
                name="cases_pause_one_at_once",
            ),
        ),
        migrations.AddIndex(
            model_name="mention",
            index=models.Index(
                condition=models.Q(("seen_at__isnull", True)),
                fields=["user"],
                name="cases_mention_unseen",
            ),
        ),
        migrations.AddConstraint(
            model_name="mention",
            constraint=models.UniqueConstraint(fields=("note", "user"), name="cases_mention_once"),
        ),
        migrations.AddConstraint(
            model_name="presence",
            constraint=models.UniqueConstraint(fields=("case", "user"), name="cases_presence_once"),
        ),
        migrations.AddConstraint(
            model_name="proofmark",
            constraint=models.UniqueConstraint(
                fields=("point", "evidence"), name="cases_mark_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="proofmark",
            constraint=models.CheckConstraint(
                condition=models.Q(("weight__in", ["supports", "against", "silent"])),
                name="cases_mark_weight_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="savedview",
            constraint=models.UniqueConstraint(
                fields=("owner", "name"), name="cases_view_name_once"
            ),
        ),
        migrations.AddIndex(
            model_name="submissionprint",
            index=models.Index(fields=["course", "value", "submission"], name="cases_print_lookup"),
        ),
        migrations.CreateModel(
            name="ReportTrail",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="cases.case",
                    ),
                ),
                (
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="trail",
                        to="cases.report",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("case", "report"), name="cases_trail_once")
                ],
            },
        ),
        migrations.AddField(
            model_name="case",
            name="names_open",
            field=models.BooleanField(default=False, editable=False),
        ),
        migrations.RunPython(rank_what_is_open, migrations.RunPython.noop),
    ]
