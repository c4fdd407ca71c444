"""docs/process.md, drawn from the table: `manage.py draw_process > docs/process.md`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.utils import translation

from cases.enums import CaseStatus
from cases.workflow import guards
from cases.workflow.table import BY_OTHERS, BY_STRANGERS, BY_UNINVOLVED, TABLE, By, Step

COMMAND = "manage.py draw_process > docs/process.md"

WHO = {
    By.DESK: "who works on the case",
    By.OFFICER: "an officer",
    By.HEARER: "an officer who may hear this appeal",
    By.UNDO: "an officer, or whoever did it",
    By.RESPONDENT: "the respondent",
    By.SYSTEM: "nobody: it comes by itself",
}
# What each guard asks for. One that has no words here cannot be drawn.
ASKED: dict[guards.Guard, str] = {
    guards.named: "a learner is named",
    guards.claimed: "somebody has the case",
    guards.somebodys: "somebody has the case, once it is opened",
    guards.not_merged: "its reports are not in another case",
    guards.alleged: "an allegation that was not withdrawn",
    guards.has_evidence: "evidence that may be shown",
    guards.nothing_held: "no file waits for the virus scanner",
    guards.nobody_notified: "no learner of the case was shown the evidence",
    guards.no_notice: "no notice was ever sent in the case",
    guards.undecided: "no decision stands in the case",
    guards.in_one_letter: "a matter of conduct, never told in another way, no earlier finding",
    guards.answered_not_yet: "settled in one letter that was not answered yet",
    guards.stands: "a decision stands",
    guards.running: "the time of the stage runs",
    guards.paused: "the time of the stage stands still",
    guards.due_before_findings: (
        "the notice came and was opened, evidence was shown, the time to answer is over or used"
    ),
    guards.due_before_decision: (
        "all that is due before findings; every point answered, every allegation with a finding, "
        "each finding rests on something that was shown"
    ),
}

HEAD = f"""# The process

Each respondent of a case stands in one of these stages, and every change of stage is a step of one
table, `cases.workflow.TABLE`. Buttons, forms and enforcement read that table; no other code sets a
stage. A case stands where its slowest respondent stands; dismissed respondents count only where
all are.

This page is made from the table by `{COMMAND}`; a test fails when it is out of date.

## Drawing

"""

AFTER = """
What the lines do not show:

- *Take reports out* (`split`) leaves the case where it stands; the case that is taken out begins in
  triage.
- A dismissal that is undone within ten minutes puts everybody back where they stood, and not into
  triage. Nobody was told of it yet.
- A decision that is looked at again, and one that is answered or appealed against, stands until a
  new one takes its place or the appeal is decided.
"""

STEPS = """
## Steps

"Also" is asked before the step, apart from stage and role. A service may ask for more: the time to
answer or to appeal, a reason, the revision of the form.

| step | from | to | by whom | also |
|---|---|---|---|---|
"""

REFUSED = """
## How a step is refused

Asked in this order; a refused step changes nothing, writes no history and sends no letter.

| What is wrong | answer |
|---|---|
| the case, or the respondent, is not there for this person: no role, a conflict of interest | 404 |
| the role does not reach: it sees a summary, an officer is needed, an institution decides | 403 |
| somebody else has to do it, for one of the reasons under "by whom" | 403 |
| the wrong stage | 409 |
| something that has to be there is missing; the words say what | 409 |
| the time has passed | 409 |
| the form was opened on an older state | 412 |

`tests/process/verdicts.csv` has the verdict for every stage, step and role.
"""


def _order(statuses: Iterable[str]) -> list[str]:
    known = set(statuses)
    return [str(status) for status in CaseStatus if status in known]


def diagram() -> list[str]:
    """The stages and the steps between them, in the language of Mermaid."""
    lines = ["stateDiagram-v2"]
    lines += [f"    {status.value}: {status.label}" for status in CaseStatus]
    lines.append(f"    [*] --> {CaseStatus.TRIAGE}: a report comes in")
    between: dict[tuple[str, str], list[str]] = defaultdict(list)
    for step in TABLE.values():
        for source in _order(step.sources):
            if step.target not in (None, source) and step.action != "split":
                between[source, str(step.target)].append(step.action)
    for (source, target), actions in between.items():
        lines.append(f"    {source} --> {target}: {', '.join(actions)}")
    lines += [f"    {end} --> [*]" for end in (CaseStatus.CLOSED, CaseStatus.DISMISSED)]
    return lines


def _by(step: Step) -> str:
    words = [WHO[step.by]]
    if step.decisive:
        where = "" if step.decisive >= step.sources else f" from {', '.join(_order(step.decisive))}"
        words.append(f"of the institution's own where it decides{where}")
    if step.action in BY_STRANGERS:
        words.append("not who wrote down a confidential report here")
    if step.action in BY_OTHERS:
        words.append("not who settled it in one letter")
    if step.action in BY_UNINVOLVED:
        words.append("not who had a hand in the decision")
    if step.action == "confirm":
        words.append("not who recorded the findings or proposed it")
    return "; ".join(words)


def _row(step: Step) -> str:
    sources = _order(step.sources)
    start = "any" if len(sources) == len(CaseStatus) else ", ".join(sources)
    asked = "; ".join(ASKED[guard] for guard in step.guards)
    end = "stays" if step.target is None else step.target
    return f"| `{step.action}`: {step.label} | {start} | {end} | {_by(step)} | {asked} |"


def draw() -> str:
    """The page, in English whatever language is active."""
    with translation.override("en"):
        drawn = "\n".join(["```mermaid", *diagram(), "```", ""])
        rows = "\n".join(_row(step) for step in TABLE.values())
    return HEAD + drawn + AFTER + STEPS + rows + "\n" + REFUSED
