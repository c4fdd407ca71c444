"""Pledges, reviews, questions and mailings; a document may be the terms of one course.

The triggers are taken away first: SQLite rebuilds the table they stand on.
"""

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import integrity.core.clock
import integrity.core.fields
import integrity.core.ids
from policies import triggers


class Migration(migrations.Migration):
    dependencies = [
        ("courses", "0002_permits_and_community"),
        ("policies", "0002_keep_published"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunPython(triggers.remove, triggers.install),
        migrations.CreateModel(
            name="Dissemination",
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
                    "medium",
                    models.CharField(
                        choices=[
                            ("email", "Email"),
                            ("banner", "Notice on the site"),
                            ("course", "Course pages"),
                            ("social", "Social media"),
                            ("print", "Print or poster"),
                            ("event", "Event or meeting"),
                            ("other", "Something else"),
                        ],
                        max_length=12,
                        verbose_name="medium",
                    ),
                ),
                ("day", models.DateField(verbose_name="day")),
                (
                    "note",
                    models.CharField(
                        blank=True, max_length=500, verbose_name="where, and how many it reached"
                    ),
                ),
                (
                    "recorded_at",
                    models.DateTimeField(default=integrity.core.clock.now, verbose_name="recorded"),
                ),
                ("form_key", models.CharField(editable=False, max_length=64, unique=True)),
            ],
            options={
                "verbose_name": "dissemination of a policy",
                "verbose_name_plural": "dissemination of policies",
                "ordering": ["-day", "-id"],
            },
        ),
        migrations.CreateModel(
            name="HelpfulVote",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("voter_ref", models.CharField(max_length=64)),
                ("helpful", models.BooleanField(verbose_name="helped")),
                (
                    "voted_at",
                    models.DateTimeField(default=integrity.core.clock.now, verbose_name="when"),
                ),
            ],
            options={
                "verbose_name": "answer to “Was this helpful?”",
                "verbose_name_plural": "answers to “Was this helpful?”",
            },
        ),
        migrations.CreateModel(
            name="Mailing",
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
                            ("pledge_reminder", "Reminder to pledge"),
                            ("new_version", "A new version"),
                            ("dissemination", "The policy, once a year"),
                        ],
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                (
                    "started_at",
                    models.DateTimeField(default=integrity.core.clock.now, verbose_name="started"),
                ),
                ("total", models.PositiveIntegerField(default=0, verbose_name="people")),
                ("seen", models.PositiveIntegerField(default=0, verbose_name="looked at")),
                ("queued", models.PositiveIntegerField(default=0, verbose_name="messages written")),
                ("cursor", models.BigIntegerField(default=0)),
                (
                    "moved_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="last portion"),
                ),
                (
                    "finished_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="finished"),
                ),
                ("stopped_at", models.DateTimeField(blank=True, null=True, verbose_name="stopped")),
                ("form_key", models.CharField(editable=False, max_length=64, unique=True)),
            ],
            options={
                "verbose_name": "mailing",
                "verbose_name_plural": "mailings",
                "ordering": ["-started_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="Pledge",
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
                    "made_at",
                    models.DateTimeField(default=integrity.core.clock.now, verbose_name="pledged"),
                ),
            ],
            options={
                "verbose_name": "pledge",
                "verbose_name_plural": "pledges",
            },
        ),
        migrations.CreateModel(
            name="Question",
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
                ("clause", models.CharField(blank=True, max_length=20, verbose_name="clause")),
                (
                    "text",
                    integrity.core.fields.BoundedText(max_length=2000, verbose_name="question"),
                ),
                (
                    "asked_at",
                    models.DateTimeField(default=integrity.core.clock.now, verbose_name="asked"),
                ),
                (
                    "answer",
                    integrity.core.fields.BoundedText(
                        blank=True, max_length=4000, verbose_name="answer"
                    ),
                ),
                (
                    "answered_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="answered"),
                ),
                ("form_key", models.CharField(editable=False, max_length=64, unique=True)),
            ],
            options={
                "verbose_name": "question about a policy",
                "verbose_name_plural": "questions about policies",
            },
        ),
        migrations.CreateModel(
            name="Review",
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
                ("due_on", models.DateField(verbose_name="due")),
                (
                    "opened_at",
                    models.DateTimeField(default=integrity.core.clock.now, verbose_name="opened"),
                ),
                ("meeting_at", models.DateTimeField(blank=True, null=True, verbose_name="meeting")),
                (
                    "meeting_place",
                    models.CharField(
                        blank=True, max_length=300, verbose_name="where or how to join"
                    ),
                ),
                (
                    "minutes",
                    integrity.core.fields.BoundedText(
                        blank=True, max_length=20000, verbose_name="record of the meeting"
                    ),
                ),
                (
                    "outcome",
                    integrity.core.fields.BoundedText(
                        blank=True, max_length=4000, verbose_name="outcome"
                    ),
                ),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="closed")),
            ],
            options={
                "verbose_name": "review of a policy",
                "verbose_name_plural": "reviews of policies",
                "ordering": ["-due_on", "-id"],
            },
        ),
        migrations.CreateModel(
            name="ReviewInput",
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
                ("clause", models.CharField(blank=True, max_length=20, verbose_name="clause")),
                (
                    "text",
                    integrity.core.fields.BoundedText(
                        max_length=4000, verbose_name="what should change, and why"
                    ),
                ),
                (
                    "sent_at",
                    models.DateTimeField(default=integrity.core.clock.now, verbose_name="sent"),
                ),
                (
                    "reply",
                    integrity.core.fields.BoundedText(
                        blank=True, max_length=2000, verbose_name="what became of it"
                    ),
                ),
                ("form_key", models.CharField(editable=False, max_length=64, unique=True)),
            ],
            options={
                "verbose_name": "input to a review",
                "verbose_name_plural": "input to reviews",
                "ordering": ["sent_at", "id"],
            },
        ),
        migrations.CreateModel(
            name="ReviewParticipant",
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
                            ("learner", "Learner"),
                            ("instructor", "Instructor"),
                            ("administrator", "Administrator"),
                        ],
                        max_length=14,
                        verbose_name="as",
                    ),
                ),
                ("attended", models.BooleanField(default=False, verbose_name="took part")),
            ],
            options={
                "verbose_name": "participant of a review",
                "verbose_name_plural": "participants of reviews",
                "ordering": ["id"],
            },
        ),
        migrations.AddField(
            model_name="document",
            name="course",
            field=models.ForeignKey(
                blank=True,
                help_text="For the additional terms of one course",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="policy_documents",
                to="courses.course",
                verbose_name="course",
            ),
        ),
        migrations.AddField(
            model_name="document",
            name="needs_pledge",
            field=models.BooleanField(
                default=False, verbose_name="learners pledge to it in every course"
            ),
        ),
        migrations.AddField(
            model_name="version",
            name="pledge",
            field=integrity.core.fields.BoundedText(
                blank=True,
                help_text="Markdown; shown above the button with which a learner pledges",
                max_length=4000,
                verbose_name="what learners promise",
            ),
        ),
        migrations.AddField(
            model_name="version",
            name="pledge_grace_days",
            field=models.PositiveSmallIntegerField(
                default=14,
                validators=[django.core.validators.MaxValueValidator(365)],
                verbose_name="days to pledge to a new version",
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("course__isnull", True), ("institution__isnull", False), _connector="OR"
                ),
                name="policies_document_course_owned",
            ),
        ),
        migrations.AddConstraint(
            model_name="version",
            constraint=models.CheckConstraint(
                condition=models.Q(("pledge_grace_days__lte", 365)),
                name="policies_version_grace_days",
            ),
        ),
        migrations.AddField(
            model_name="dissemination",
            name="recorded_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="dissemination",
            name="version",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="disseminations",
                to="policies.version",
            ),
        ),
        migrations.AddField(
            model_name="helpfulvote",
            name="version",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="votes",
                to="policies.version",
            ),
        ),
        migrations.AddField(
            model_name="mailing",
            name="course",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="courses.course",
                verbose_name="course",
            ),
        ),
        migrations.AddField(
            model_name="mailing",
            name="started_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="mailing",
            name="stopped_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="mailing",
            name="version",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="mailings",
                to="policies.version",
                verbose_name="version",
            ),
        ),
        migrations.AddField(
            model_name="dissemination",
            name="mailing",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="dissemination",
                to="policies.mailing",
            ),
        ),
        migrations.AddField(
            model_name="pledge",
            name="course",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="pledges",
                to="courses.course",
                verbose_name="course",
            ),
        ),
        migrations.AddField(
            model_name="pledge",
            name="learner",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="pledges",
                to=settings.AUTH_USER_MODEL,
                verbose_name="learner",
            ),
        ),
        migrations.AddField(
            model_name="pledge",
            name="version",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="pledges",
                to="policies.version",
                verbose_name="version",
            ),
        ),
        migrations.AddField(
            model_name="question",
            name="answered_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="question",
            name="asked_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="policy_questions",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="question",
            name="version",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="questions",
                to="policies.version",
                verbose_name="version",
            ),
        ),
        migrations.AddField(
            model_name="review",
            name="closed_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="review",
            name="document",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reviews",
                to="policies.document",
            ),
        ),
        migrations.AddField(
            model_name="reviewinput",
            name="author",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="review_inputs",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="reviewinput",
            name="review",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="inputs",
                to="policies.review",
            ),
        ),
        migrations.AddField(
            model_name="reviewparticipant",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="policy_reviews",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="reviewparticipant",
            name="review",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="participants",
                to="policies.review",
            ),
        ),
        migrations.AddConstraint(
            model_name="helpfulvote",
            constraint=models.UniqueConstraint(
                fields=("version", "voter_ref"), name="policies_vote_once"
            ),
        ),
        migrations.AddIndex(
            model_name="mailing",
            index=models.Index(
                condition=models.Q(("finished_at__isnull", True), ("stopped_at__isnull", True)),
                fields=["started_at"],
                name="policies_mailing_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="mailing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["pledge_reminder", "new_version", "dissemination"])
                ),
                name="policies_mailing_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="mailing",
            constraint=models.CheckConstraint(
                condition=models.Q(("queued__lte", models.F("seen"))),
                name="policies_mailing_counts",
            ),
        ),
        migrations.AddConstraint(
            model_name="mailing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("finished_at__isnull", True), ("stopped_at__isnull", True), _connector="OR"
                ),
                name="policies_mailing_one_end",
            ),
        ),
        migrations.AddConstraint(
            model_name="dissemination",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "medium__in",
                        ["email", "banner", "course", "social", "print", "event", "other"],
                    )
                ),
                name="policies_medium_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="dissemination",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("mailing__isnull", False), ("medium", "email")),
                    models.Q(
                        models.Q(("medium", "email"), _negated=True), ("mailing__isnull", True)
                    ),
                    _connector="OR",
                ),
                name="policies_email_has_mailing",
            ),
        ),
        migrations.AddIndex(
            model_name="pledge",
            index=models.Index(
                fields=["version", "course", "learner"], name="policies_pledge_list"
            ),
        ),
        migrations.AddConstraint(
            model_name="pledge",
            constraint=models.UniqueConstraint(
                fields=("learner", "course", "version"), name="policies_pledge_once"
            ),
        ),
        migrations.AddIndex(
            model_name="question",
            index=models.Index(
                condition=models.Q(("answered_at__isnull", True)),
                fields=["asked_at", "id"],
                name="policies_question_open",
            ),
        ),
        migrations.AddIndex(
            model_name="question",
            index=models.Index(
                fields=["asked_by", "-asked_at", "-id"], name="policies_question_own"
            ),
        ),
        migrations.AddConstraint(
            model_name="question",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("answer", ""), ("answered_at__isnull", True), ("answered_by__isnull", True)
                    ),
                    models.Q(
                        ("answered_at__isnull", False),
                        ("answered_by__isnull", False),
                        models.Q(("answer", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="policies_answer_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.UniqueConstraint(
                condition=models.Q(("closed_at__isnull", True)),
                fields=("document",),
                name="policies_review_one_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("closed_at__isnull", True),
                    models.Q(
                        ("closed_by__isnull", False),
                        ("meeting_at__isnull", False),
                        models.Q(("outcome", ""), _negated=True),
                        models.Q(("minutes", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="policies_review_closed_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewparticipant",
            constraint=models.UniqueConstraint(
                fields=("review", "person"), name="policies_participant_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewparticipant",
            constraint=models.CheckConstraint(
                condition=models.Q(("capacity__in", ["learner", "instructor", "administrator"])),
                name="policies_capacity_known",
            ),
        ),
        migrations.RunPython(triggers.install, triggers.remove),
    ]
