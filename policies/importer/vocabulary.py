"""Words by which policies name violations and consequences, and the codes we have for them."""

from __future__ import annotations

import re

from policies.enums import ConsequenceCode as Code
from policies.enums import ViolationKind

ACADEMIC, CONDUCT = ViolationKind.ACADEMIC, ViolationKind.CONDUCT

# Code, kind, title, words. The first match of a title counts, so the narrower ones come first.
_VIOLATIONS: list[tuple[str, ViolationKind, str, str]] = [
    ("plagiarism", ACADEMIC, "Plagiarism", r"plagiar"),
    (
        "unauthorised_materials",
        ACADEMIC,
        "Materials that are not allowed",
        r"unauthori[sz]ed (materials?|equipment|devices?|aids?)|forbidden (materials|aids)",
    ),
    (
        "unauthorised_sharing",
        ACADEMIC,
        "Sharing answers where it is not allowed",
        r"unauthori[sz]ed sharing|shar(e|ing)\b.{0,40}\b(answers?|solutions?)"
        r"|post(ing)? online\b.{0,30}\banswers?",
    ),
    (
        "unauthorised_collaboration",
        ACADEMIC,
        "Working together where it is not allowed",
        r"collaborat|working together with",
    ),
    (
        "contract_cheating",
        ACADEMIC,
        "Work made by somebody or something else",
        r"contract cheating|essay mill|ghost.?writ|paying .{0,40}to (create|write|do)",
    ),
    (
        "multiple_accounts",
        ACADEMIC,
        "More than one account",
        r"only one (user )?account|more than one (user )?account|(multiple|second) accounts?",
    ),
    (
        "account_sharing",
        ACADEMIC,
        "Sharing an account",
        r"(anyone|somebody|someone|others?) (else )?(to )?use (my|your|an)\b"
        r".{0,12}\b(username|account|password)"
        r"|shar(e|ing) (an|your|my) (account|password)|account sharing",
    ),
    ("impersonation", ACADEMIC, "Taking somebody's place", r"impersonat|logged in as another"),
    ("fraud", ACADEMIC, "Giving a false picture", r"\bfraud|falsif|fabricat"),
    (
        "dishonest_results",
        ACADEMIC,
        "Changing results by unfair means",
        r"dishonest(ly)?\b.{0,40}\bresults?|unfair advantage",
    ),
    ("retaliation", CONDUCT, "Getting back at somebody", r"retaliat"),
    ("peer_review_abuse", CONDUCT, "Misuse of reviews", r"peer.?review"),
    ("dangerous_speech", CONDUCT, "Dangerous speech", r"dangerous speech|hate speech"),
    ("threats", CONDUCT, "Threats and violence", r"threat|violence|doxx?ing|self.?harm"),
    ("sexual_attention", CONDUCT, "Unwanted sexual attention", r"sexual(i[sz]ed)?\b"),
    (
        "discriminatory_language",
        CONDUCT,
        "Language that shuts people out",
        r"sexist|racist|homophob|transphob|ableist|exclusionary|discriminat",
    ),
    ("harassment", CONDUCT, "Harassment", r"harass|intimidat|bully|stalk"),
    (
        "encouraging_others",
        CONDUCT,
        "Encouraging others",
        r"(influenc|encourag)ing\b.{0,30}\b(behaviou?r|others?|violat)|\bincit",
    ),
    ("disruption", CONDUCT, "Disturbing again and again", r"disrupt"),
    ("other", ACADEMIC, "Anything else", r"^other\b"),
]
VIOLATION_TITLES = {code: title for code, _kind, title, _words in _VIOLATIONS}
KINDS = {code: kind for code, kind, _title, _words in _VIOLATIONS if code != "other"}
URGENT = frozenset({"threats", "dangerous_speech"})

_CONSEQUENCES: list[tuple[str, str]] = [
    (Code.NO_ACTION, r"^(nothing|no action)\b"),
    (Code.WARNING_VERBAL, r"\bverbal\b.{0,20}\bwarning|spoken warning"),
    (Code.WARNING_WRITTEN, r"(written|emailed|formal)\b.{0,20}\bwarning|^warning\b|send a warning"),
    (
        Code.CONTENT_REMOVED,
        r"remove offending content|(posts?|content) (is |are )?(removed|deleted)",
    ),
    (Code.CONTENT_EDITED, r"(posts?|content) (may be |is |are )?edited"),
    (Code.NO_CONTACT, r"not direct message"),
    (Code.BARRED_FROM_CHANNELS, r"not join\b.{0,40}\b(channels?|forums?)"),
    (Code.TALK_NOT_PUBLISHED, r"not publish\w*\b.{0,40}\b(video|slides|talk)"),
    (Code.ROLES_ENDED, r"(ending|removal of|removing)\b.{0,15}\broles"),
    (Code.BARRED_FROM_ROLES, r"not (participate|serve) as"),
    (Code.LEAVE_NOW, r"immediately leave"),
    (Code.REMOVED_FROM_LISTS, r"chat servers?|mailing lists?"),
    (Code.RIGHTS_ENDED, r"(admin\w*|moderator) (or (admin\w*|moderator) )?rights"),
    (Code.MEMBERSHIP_ENDED, r"from membership|membership of"),
    (Code.ASSIGNMENT_FAILED, r"\ba zero\b|reverted to zero|score\b.{0,12}\bzero|fail the\b"),
    (Code.NO_CREDIT, r"\bno credit\b"),
    (Code.RESUBMISSION, r"resubmi|hand\w* in again"),
    (Code.CERTIFICATE_WITHHELD, r"certificates?\b.{0,60}\bwithheld"),
    (Code.CERTIFICATE_REVOKED, r"certificates?\b.{0,60}\brevoked"),
    (Code.REMOVAL_FROM_COURSE, r"unenrol|remov\w+ from (a|the) (course|offering)"),
    (Code.REMOVAL_FROM_PROGRAMME, r"remov\w+ from\b.{0,40}\bprogram"),
    (Code.TEMPORARY_SUSPENSION, r"suspen(d|sion)"),
    (Code.EXPULSION, r"expulsion|expel|terminat\w+ (of )?(your )?(use|account)"),
    (Code.EDUCATIONAL_TASK, r"(integrity|honou?r code) (course|tutorial|module)"),
    (Code.OTHER_ACTION, r"(additional|other) actions?"),
]

_SAYS_CONSEQUENCE = re.compile(
    r"actions? (may|can|will|might) be taken|subject to\b.{0,40}\b(actions?|consequences)"
    r"|possible responses|following (actions|sanctions|consequences|penalties)"
    r"|how we will\b.{0,20}\bhandle|may face",
    re.IGNORECASE,
)
_HEADS_CONSEQUENCE = re.compile(r"consequence|sanction|penalt|enforcement|disciplin", re.IGNORECASE)
_SAYS_DUTY = re.compile(r"agree that i will|need to follow|you (must|may) not|i will not", re.I)
_SAYS_VIOLATION = re.compile(
    r"inappropriate|(is|are) (not allowed|prohibited|forbidden)|violations? (include|are)", re.I
)
_HEADS_VIOLATION = re.compile(r"violation|inappropriate|prohibited|misconduct|not allowed", re.I)
_ABOUT_REPORTING = re.compile(
    r"\bpolicy|\breport|\bflag|resources|more information|see also", re.IGNORECASE
)


def violation(text: str) -> str:
    """The code of the first known violation that `text` names, or nothing."""
    return next((code for code, _k, _t, words in _VIOLATIONS if re.search(words, text, re.I)), "")


def violations(text: str) -> list[str]:
    """The codes of all known violations that `text` names."""
    return [code for code, _k, _t, words in _VIOLATIONS if re.search(words, text, re.I)]


def consequences(text: str) -> list[str]:
    """The codes of all known consequences that `text` names."""
    return [str(code) for code, words in _CONSEQUENCES if re.search(words, text, re.IGNORECASE)]


def names_one(heading: str) -> bool:
    """Whether a heading is the name of one violation, such as "Plagiarism"."""
    return len(heading.split()) <= 4 and not _ABOUT_REPORTING.search(heading)


def role(heading: str, intro: str) -> str:
    """What a list is about: consequence, duty, violation, or nothing. The intro counts first."""
    if _SAYS_CONSEQUENCE.search(intro):
        return "consequence"
    if _ABOUT_REPORTING.search(intro) and not _SAYS_VIOLATION.search(intro):
        return ""
    if _HEADS_CONSEQUENCE.search(heading):
        return "consequence"
    if _SAYS_DUTY.search(intro):
        return "duty"
    if _SAYS_VIOLATION.search(intro):
        return "violation"
    if _ABOUT_REPORTING.search(heading):
        return ""
    return "violation" if _HEADS_VIOLATION.search(heading) else ""
