"""The process as one table: `(status, action) -> target, permission, guards`.

Buttons, forms and enforcement all read it, and no status of a respondent or case is set anywhere
else. A step is taken per respondent; a case's status follows from its respondents (`settle`).
"""

from cases.workflow.guards import BEFORE_DECISION, Guard
from cases.workflow.steps import (
    decisive,
    possible,
    require,
    status_of,
    take,
    take_back,
    too_early,
    unmet,
)
from cases.workflow.table import (
    ANY_OPEN,
    BY_OTHERS,
    BY_STRANGERS,
    KNOWS_WHO,
    SETTLED_IT,
    TABLE,
    By,
    Step,
)
from cases.workflow.timing import (
    ORDER,
    STAGE_WORKING_DAYS,
    review_until,
    settle,
    stage_deadline,
)

__all__ = [
    "ANY_OPEN",
    "BEFORE_DECISION",
    "BY_OTHERS",
    "BY_STRANGERS",
    "KNOWS_WHO",
    "ORDER",
    "SETTLED_IT",
    "STAGE_WORKING_DAYS",
    "TABLE",
    "By",
    "Guard",
    "Step",
    "decisive",
    "possible",
    "require",
    "review_until",
    "settle",
    "stage_deadline",
    "status_of",
    "take",
    "take_back",
    "too_early",
    "unmet",
]
