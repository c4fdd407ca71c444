"""Drafts of answers, more time, meetings, what a finding rests on, and what may be annulled."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import integrity.core.clock
import integrity.core.fields
import integrity.core.ids


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0016_age_of_open_cases"),
        ("notifications", "0001_initial"),
        ("policies", "0004_what_starts_the_clock"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Advice",
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
                ("text", integrity.core.fields.BoundedText(max_length=4000, verbose_name="advice")),
                (
                    "given_at",
                    models.DateTimeField(default=integrity.core.clock.now, verbose_name="given"),
                ),
            ],
            options={
                "verbose_name": "advice",
                "verbose_name_plural": "advice",
                "ordering": ["given_at", "id"],
            },
        ),
        migrations.CreateModel(
            name="AnswerDraft",
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
                ("content_sealed", models.BinaryField()),
                ("revision", models.PositiveIntegerField(default=1)),
                (
                    "saved_at",
                    models.DateTimeField(default=integrity.core.clock.now, verbose_name="saved"),
                ),
            ],
            options={
                "verbose_name": "draft of an answer",
                "verbose_name_plural": "drafts of answers",
            },
        ),
        migrations.CreateModel(
            name="AnswerDraftFile",
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
            name="FindingSupport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Meeting",
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
                    "about",
                    integrity.core.fields.BoundedText(
                        max_length=2000, verbose_name="what it is about"
                    ),
                ),
                ("place", models.CharField(max_length=300, verbose_name="where, or how to join")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("offered", "Times are offered"),
                            ("agreed", "The time is agreed"),
                            ("held", "It took place"),
                            ("missed", "It did not take place"),
                            ("cancelled", "It was called off"),
                        ],
                        default="offered",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("starts_at", models.DateTimeField(blank=True, null=True, verbose_name="from")),
                ("ends_at", models.DateTimeField(blank=True, null=True, verbose_name="until")),
                ("sequence", models.PositiveIntegerField(default=0)),
                (
                    "other_times",
                    integrity.core.fields.BoundedText(
                        blank=True, max_length=1000, verbose_name="when it would suit you"
                    ),
                ),
                (
                    "invited_at",
                    models.DateTimeField(default=integrity.core.clock.now, verbose_name="invited"),
                ),
                (
                    "settled_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="recorded"),
                ),
                (
                    "cancel_reason",
                    integrity.core.fields.BoundedText(
                        blank=True, max_length=1000, verbose_name="why it was called off"
                    ),
                ),
                ("form_key", models.CharField(editable=False, max_length=64, unique=True)),
            ],
            options={
                "verbose_name": "meeting",
                "verbose_name_plural": "meetings",
                "ordering": ["invited_at", "id"],
            },
        ),
        migrations.CreateModel(
            name="MeetingPerson",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "capacity",
                    models.CharField(
                        choices=[
                            ("desk", "From the office"),
                            ("learner", "The learner"),
                            ("adviser", "The learner's adviser"),
                            ("other", "Somebody else"),
                        ],
                        max_length=8,
                        verbose_name="as",
                    ),
                ),
                ("name", models.CharField(blank=True, max_length=150, verbose_name="name")),
                ("attended", models.BooleanField(blank=True, null=True, verbose_name="came")),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="MeetingSlot",
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
                ("starts_at", models.DateTimeField(verbose_name="from")),
                ("ends_at", models.DateTimeField(verbose_name="until")),
            ],
            options={
                "ordering": ["starts_at", "id"],
            },
        ),
        migrations.CreateModel(
            name="Minutes",
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
                ("number", models.PositiveSmallIntegerField(verbose_name="number")),
                (
                    "text",
                    integrity.core.fields.BoundedText(
                        max_length=20000, verbose_name="what was said"
                    ),
                ),
                (
                    "written_at",
                    models.DateTimeField(default=integrity.core.clock.now, verbose_name="written"),
                ),
                ("form_key", models.CharField(editable=False, max_length=64, unique=True)),
                (
                    "answer",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("agreed", "They are right"),
                            ("objected", "Something is wrong in them"),
                        ],
                        max_length=10,
                        verbose_name="the learner says",
                    ),
                ),
                (
                    "objection",
                    integrity.core.fields.BoundedText(
                        blank=True, max_length=10000, verbose_name="what is wrong"
                    ),
                ),
                (
                    "answered_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="answered"),
                ),
            ],
            options={
                "verbose_name": "minutes",
                "verbose_name_plural": "minutes",
                "ordering": ["number"],
            },
        ),
        migrations.CreateModel(
            name="MoreTime",
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
                    "reason",
                    integrity.core.fields.BoundedText(
                        blank=True, max_length=2000, verbose_name="why more time is needed"
                    ),
                ),
                (
                    "asked_at",
                    models.DateTimeField(default=integrity.core.clock.now, verbose_name="asked"),
                ),
                ("form_key", models.CharField(editable=False, max_length=64, unique=True)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("granted", "More time was given"),
                            ("refused", "No more time was given"),
                        ],
                        max_length=10,
                        verbose_name="outcome",
                    ),
                ),
                ("until", models.DateTimeField(blank=True, null=True, verbose_name="answer by")),
                (
                    "words",
                    integrity.core.fields.BoundedText(
                        blank=True, max_length=2000, verbose_name="what the learner is told"
                    ),
                ),
                ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="decided")),
            ],
            options={
                "verbose_name": "request for more time",
                "verbose_name_plural": "requests for more time",
                "ordering": ["asked_at", "id"],
            },
        ),
        migrations.AddField(
            model_name="adviseraccess",
            name="comes_along",
            field=models.BooleanField(default=True, verbose_name="comes along to meetings"),
        ),
        migrations.AddField(
            model_name="adviseraccess",
            name="may_write",
            field=models.BooleanField(
                default=False, verbose_name="may write on what is not sent yet"
            ),
        ),
        migrations.AddField(
            model_name="adviseraccess",
            name="reads_evidence",
            field=models.BooleanField(default=True, verbose_name="may read the evidence"),
        ),
        migrations.AddField(
            model_name="determination",
            name="annulled_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="annulled"),
        ),
        migrations.AddField(
            model_name="determination",
            name="annulled_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="determination",
            name="annulment_reason",
            field=integrity.core.fields.BoundedText(
                blank=True, max_length=4000, verbose_name="why it was annulled"
            ),
        ),
        migrations.AddField(
            model_name="determination",
            name="answer_until",
            field=models.DateTimeField(blank=True, null=True, verbose_name="answer by"),
        ),
        migrations.AddField(
            model_name="determination",
            name="summary",
            field=models.BooleanField(default=False, verbose_name="settled by one letter"),
        ),
        migrations.AlterField(
            model_name="case",
            name="dismissal_reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("no_violation", "What is described breaks no rule"),
                    ("not_enough", "There is too little to look into"),
                    ("duplicate", "The matter is dealt with in another case"),
                    ("out_of_scope", "The matter belongs to somebody else"),
                    ("permitted", "The assignment permits what was done"),
                    ("withdrawn", "The report was withdrawn and nothing else supports it"),
                    ("advised", "Advice was given, and nothing was decided"),
                ],
                max_length=20,
                verbose_name="reason for dismissal",
            ),
        ),
        migrations.AlterField(
            model_name="report",
            name="dismissal_reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("no_violation", "What is described breaks no rule"),
                    ("not_enough", "There is too little to look into"),
                    ("duplicate", "The matter is dealt with in another case"),
                    ("out_of_scope", "The matter belongs to somebody else"),
                    ("permitted", "The assignment permits what was done"),
                    ("withdrawn", "The report was withdrawn and nothing else supports it"),
                    ("advised", "Advice was given, and nothing was decided"),
                ],
                max_length=20,
            ),
        ),
        migrations.AddConstraint(
            model_name="determination",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("annulled_at__isnull", True),
                        ("annulled_by__isnull", True),
                        ("annulment_reason", ""),
                    ),
                    models.Q(
                        models.Q(("annulled_at__isnull", False), ("annulled_by__isnull", False)),
                        models.Q(("annulment_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="cases_determination_annulled_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="determination",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("summary", True), ("answer_until__isnull", True), _connector="OR"
                ),
                name="cases_determination_answer_summary",
            ),
        ),
        migrations.AddField(
            model_name="advice",
            name="given_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="advice",
            name="letter",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="notifications.letter",
            ),
        ),
        migrations.AddField(
            model_name="advice",
            name="respondent",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="advice",
                to="cases.respondent",
            ),
        ),
        migrations.AddField(
            model_name="answerdraft",
            name="determination",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="appeal_draft",
                to="cases.determination",
            ),
        ),
        migrations.AddField(
            model_name="answerdraft",
            name="notice",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="draft",
                to="cases.notice",
            ),
        ),
        migrations.AddField(
            model_name="answerdraft",
            name="saved_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="answerdraftfile",
            name="added_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="answerdraftfile",
            name="draft",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="files",
                to="cases.answerdraft",
            ),
        ),
        migrations.AddField(
            model_name="findingsupport",
            name="evidence",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="supports",
                to="cases.evidence",
            ),
        ),
        migrations.AddField(
            model_name="findingsupport",
            name="finding",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="supports",
                to="cases.finding",
            ),
        ),
        migrations.AddField(
            model_name="meeting",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="meetings",
                to="cases.case",
            ),
        ),
        migrations.AddField(
            model_name="meeting",
            name="invited_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="meeting",
            name="respondent",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="meetings",
                to="cases.respondent",
            ),
        ),
        migrations.AddField(
            model_name="meetingperson",
            name="adviser",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="cases.adviseraccess",
            ),
        ),
        migrations.AddField(
            model_name="meetingperson",
            name="meeting",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="people",
                to="cases.meeting",
            ),
        ),
        migrations.AddField(
            model_name="meetingperson",
            name="user",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="meetingslot",
            name="meeting",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="slots",
                to="cases.meeting",
            ),
        ),
        migrations.AddField(
            model_name="minutes",
            name="meeting",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="minutes",
                to="cases.meeting",
            ),
        ),
        migrations.AddField(
            model_name="minutes",
            name="written_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="moretime",
            name="decided_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="moretime",
            name="notice",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="more_time",
                to="cases.notice",
            ),
        ),
        migrations.AddConstraint(
            model_name="answerdraft",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("determination__isnull", True), ("notice__isnull", False)),
                    models.Q(("determination__isnull", False), ("notice__isnull", True)),
                    _connector="OR",
                ),
                name="cases_answer_draft_of_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="findingsupport",
            constraint=models.UniqueConstraint(
                fields=("finding", "evidence"), name="cases_support_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="meeting",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status__in", ["offered", "agreed", "held", "missed", "cancelled"])
                ),
                name="cases_meeting_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="meeting",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ends_at__isnull", True), ("starts_at__isnull", True)),
                    ("ends_at__gt", models.F("starts_at")),
                    _connector="OR",
                ),
                name="cases_meeting_ends_after_start",
            ),
        ),
        migrations.AddConstraint(
            model_name="meeting",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__in", ["agreed", "held", "missed"]), _negated=True),
                    ("starts_at__isnull", False),
                    _connector="OR",
                ),
                name="cases_meeting_has_its_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="meetingperson",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("adviser", None),
                        ("capacity__in", ["desk", "learner"]),
                        ("user__isnull", False),
                    ),
                    models.Q(("adviser__isnull", False), ("capacity", "adviser"), ("user", None)),
                    models.Q(
                        models.Q(("adviser", None), ("capacity", "other"), ("user", None)),
                        models.Q(("name", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="cases_meeting_person_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="meetingperson",
            constraint=models.UniqueConstraint(
                condition=models.Q(("user__isnull", False)),
                fields=("meeting", "user"),
                name="cases_meeting_person_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="meetingperson",
            constraint=models.UniqueConstraint(
                condition=models.Q(("adviser__isnull", False)),
                fields=("meeting", "adviser"),
                name="cases_meeting_adviser_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="meetingslot",
            constraint=models.UniqueConstraint(
                fields=("meeting", "starts_at"), name="cases_slot_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="meetingslot",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at__gt", models.F("starts_at"))),
                name="cases_slot_ends_after_start",
            ),
        ),
        migrations.AddConstraint(
            model_name="minutes",
            constraint=models.UniqueConstraint(
                fields=("meeting", "number"), name="cases_minutes_numbered"
            ),
        ),
        migrations.AddConstraint(
            model_name="minutes",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answer", ""), ("answered_at__isnull", True), ("objection", "")),
                    models.Q(
                        ("answer", "agreed"), ("answered_at__isnull", False), ("objection", "")
                    ),
                    models.Q(
                        models.Q(("answer", "objected"), ("answered_at__isnull", False)),
                        models.Q(("objection", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="cases_minutes_answered_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="moretime",
            constraint=models.UniqueConstraint(
                condition=models.Q(("outcome", "")),
                fields=("notice",),
                name="cases_more_time_one_waits",
            ),
        ),
        migrations.AddConstraint(
            model_name="moretime",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("decided_at__isnull", True), ("decided_by__isnull", True), ("outcome", "")
                    ),
                    models.Q(
                        models.Q(("outcome", ""), _negated=True),
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="cases_more_time_decided_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="moretime",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("outcome", "granted"), ("until__isnull", False)),
                    models.Q(
                        models.Q(("outcome", "granted"), _negated=True), ("until__isnull", True)
                    ),
                    _connector="OR",
                ),
                name="cases_more_time_until",
            ),
        ),
    ]
