"""What the courses app writes into the history. `data` never holds anything personal."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from integrity.audit import services as audit

audit.register(
    "assignment.terms_set",
    fields={"course", "terms", "collaboration", "sharing", "tools", "reuse"},
    label=_("What an assignment permits was set"),
    icon="pencil",
)
# Whoever teaches a course is shut out of its cases, so both are told.
for _action, _label in (
    ("course.teacher_added", _("Teacher of a course added")),
    ("course.teacher_removed", _("Teacher of a course removed")),
):
    audit.register(_action, fields={"course"}, personal={"person"}, label=_label, icon="user")
