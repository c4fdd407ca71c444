"""What goes to one learner of a group case names none of the others (QU2)."""

from __future__ import annotations

from django.utils.translation import gettext as _

from cases import rules
from cases.models import Respondent
from integrity.core.errors import IllegalTransition, InvalidInput


def names_nobody_else(respondent: Respondent, /, **fields: str) -> None:
    """Refuse what the desk writes to this learner when it names another one of the case.

    Raises `InvalidInput` at each field that does. Nothing is taken out of the desk's own words
    silently: the sentence around a name mostly tells as much, so whoever wrote it writes it anew.
    """
    hidden = rules.hidden_from(respondent)
    if not hidden:
        return
    errors = {
        field: [
            _(
                "This goes to one learner and names another one of this case (%(names)s). "
                "Write “another learner” instead."
            )
            % {"names": ", ".join(found)}
        ]
        for field, text in fields.items()
        if (found := hidden.found(text))
    }
    if errors:
        raise InvalidInput(errors)


def alleged_without_others(respondent: Respondent) -> None:
    """The same for what is alleged against them: a learner may have joined the case later.

    Raises `IllegalTransition` and says which allegation is to be written anew.
    """
    hidden = rules.hidden_from(respondent)
    for allegation in respondent.allegations.filter(withdrawn_at__isnull=True):
        found = hidden.found(allegation.description) if hidden else []
        if found:
            raise IllegalTransition(
                _(
                    "The allegation “%(title)s” names another learner of this case (%(names)s). "
                    "Take it back and write it anew without the name."
                )
                % {"title": allegation.violation_type.title, "names": ", ".join(found)}
            )
