"""Which other submissions of a course a submission resembles, asked of an index of fingerprints.

A submission leaves about a hundred fingerprints a page (`cases.comparison.prints`). Whoever shares
several of them is a candidate; the best candidates are then compared word by word. A fingerprint
that many submissions of the course have - the assignment's own words, a phrase of the textbook -
says nothing and is passed over. What is found is a reason to look, never more.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from django.db import connection, transaction
from django.db.models import Q, QuerySet

from cases import comparison
from cases.comparison.prints import prints
from cases.models import PrintedSubmission, SubmissionPrint
from integrity.courses.models import Course, Submission

# A fingerprint that more submissions have than this share of the course, or this many, is common.
COMMON_SHARE = 0.03
COMMON_FROM, COMMON_TO = 20, 500
# One fingerprint in common is chance.
LEAST_SHARED = 2
# Fingerprints looked up for one submission: of a long text every so many-th.
LOOKED_UP = 600
# Characters compared word by word for one question.
COMPARED_CHARACTERS = 1_500_000
# Submissions fingerprinted in one transaction.
PORTION = 200
_TABLE = SubmissionPrint._meta.db_table  # noqa: SLF001 - documented by Django

Values = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Candidate:
    """Another submission of the course: how many of the fingerprints `of` the first it shares.

    `similarity` is that of `cases.comparison.compare`, None where there was too much to compare.
    """

    submission_id: int
    shared: int
    of: int
    similarity: float | None = None


def print_submission(submission: Submission) -> bool:
    """Put the submission into the index, or bring it up to date. Returns whether that was needed.

    May be called at any time and as often as wanted; two at once wait for each other.
    """
    with transaction.atomic():
        held = PrintedSubmission.objects.select_for_update().filter(submission=submission).first()
        sha256 = _sha256(submission.text)
        if held is not None and held.sha256 == sha256:
            return False
        _write([submission])
        return True


def forget(submission: Submission) -> None:
    """Take the submission out of the index."""
    with transaction.atomic():
        _clear([submission.pk])


def changed(submission: Submission) -> None:
    """Say that the text of a submission may have changed; one statement, and nothing is worked out.

    The next run, or the next question about it, prints it again.
    """
    if not submission.text:
        forget(submission)
        return
    PrintedSubmission.objects.filter(submission=submission).exclude(
        sha256__in=("", _sha256(submission.text))
    ).update(sha256="")


def index(
    *, course: Course | None = None, verify: bool = False, portions: int | None = None
) -> dict[str, int]:
    """Print what is new or changed, in portions; goes on where it was ended.

    `verify` also looks for texts that changed without anybody saying so. `portions` bounds one
    run. Returns how many were printed and how many fingerprints were written.
    """
    total: Counter[str] = Counter(printed=0, prints=0, stale=0)
    if verify:
        total["stale"] = _mark_changed(course)
    done = 0
    after = 0
    while portions is None or done < portions:
        rows = list(_waiting(course).filter(pk__gt=after)[:PORTION])
        if not rows:
            break
        after = rows[-1].pk
        done += 1
        with transaction.atomic():
            # Whoever prints the same ones at the same moment is through before, or waits.
            locked = list(
                Submission.objects.select_for_update(of=("self",))
                .select_related("assignment")
                .filter(pk__in=[row.pk for row in rows])
                .order_by("pk")
            )
            still = set(
                _waiting(course)
                .filter(pk__in=[row.pk for row in locked])
                .values_list("pk", flat=True)
            )
            total["prints"] += _write([row for row in locked if row.pk in still])
            total["printed"] += len(still)
    return dict(total)


def similar_in_course(submission: Submission, *, limit: int = 20) -> list[Candidate]:
    """Other submissions of the course that share passages with this one, the nearest first.

    At most `limit`. Those of the same learner are among them: handing in the same text twice is a
    question too. Who may see the answer is for the caller to say.
    """
    print_submission(submission)
    course_id = submission.assignment.course_id
    values = _values(submission.text, _language(submission), course_id)
    if not len(values):
        return []
    asked = values if len(values) <= LOOKED_UP else values[:: -(-len(values) // LOOKED_UP)]
    members = PrintedSubmission.objects.filter(course_id=course_id).count()
    common = int(min(COMMON_TO, max(COMMON_FROM, COMMON_SHARE * members)))
    shared: Counter[int] = Counter()
    for holders in _holders(asked.tolist(), common + 1):
        if len(holders) <= common:
            shared.update(holders)
    del shared[submission.pk]
    best = sorted(
        ((count, pk) for pk, count in shared.items() if count >= LEAST_SHARED),
        key=lambda pair: (-pair[0], pair[1]),
    )[: 2 * limit]
    inside = {
        row.pk: row
        for row in Submission.objects.filter(
            pk__in=[pk for _count, pk in best], assignment__course_id=course_id
        )
    }
    found = [Candidate(pk, count, len(asked)) for count, pk in best if pk in inside][:limit]
    return _compared(submission, found, inside)


def _compared(
    submission: Submission, found: list[Candidate], rows: dict[int, Submission]
) -> list[Candidate]:
    left = COMPARED_CHARACTERS
    language = _language(submission)
    known = []
    for candidate in found:
        other = rows[candidate.submission_id]
        left -= len(submission.text) + len(other.text)
        if left >= 0:
            result = comparison.compare(submission.text, other.text, language=language)
            known.append(replace(candidate, similarity=result.similarity))
        else:
            known.append(candidate)
    return sorted(known, key=lambda c: (-(c.similarity or 0), -c.shared, c.submission_id))


def _holders(values: list[int], most: int) -> Iterator[list[int]]:
    """For each value the submissions that have it, at most `most`."""
    if connection.vendor != "postgresql":
        for value in values:
            rows = SubmissionPrint.objects.filter(value=value).order_by("submission_id")
            yield list(rows.values_list("submission_id", flat=True)[:most])
        return
    # One question, in which every value reads no more of the index than is of use.
    statement = (
        f"SELECT array(SELECT submission_id FROM {_TABLE} p WHERE p.value = v.value"  # noqa: S608
        " ORDER BY submission_id LIMIT %s) FROM unnest(%s::integer[]) AS v(value)"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [most, values])
        yield from (row[0] for row in cursor.fetchall())


def _write(submissions: Iterable[Submission]) -> int:
    submissions = list(submissions)
    _clear([row.pk for row in submissions])
    values: list[int] = []
    holders: list[int] = []
    printed = []
    for row in submissions:
        language, course_id = _language(row), row.assignment.course_id
        own = _values(row.text, language, course_id).tolist()
        values += own
        holders += [row.pk] * len(own)
        printed.append(
            PrintedSubmission(
                submission=row,
                course_id=course_id,
                sha256=_sha256(row.text),
                language=language,
                prints=len(own),
            )
        )
    PrintedSubmission.objects.bulk_create(printed)
    _insert(values, holders)
    return len(values)


def _insert(values: list[int], holders: list[int]) -> None:
    # A hundred rows a submission: building an object for each takes most of the time.
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                f"INSERT INTO {_TABLE} (value, submission_id)"  # noqa: S608 - a name of our own
                " SELECT * FROM unnest(%s::integer[], %s::bigint[])",
                [values, holders],
            )
        else:
            cursor.executemany(
                f"INSERT INTO {_TABLE} (value, submission_id) VALUES (%s, %s)",  # noqa: S608
                list(zip(values, holders, strict=True)),
            )


def _clear(submission_ids: list[int]) -> None:
    SubmissionPrint.objects.filter(submission_id__in=submission_ids).delete()
    PrintedSubmission.objects.filter(submission_id__in=submission_ids).delete()


def _waiting(course: Course | None) -> QuerySet[Submission]:
    """Submissions that are not in the index as they are now."""
    rows = Submission.objects.exclude(text="").filter(
        Q(printed__isnull=True) | Q(printed__sha256="")
    )
    if course is not None:
        rows = rows.filter(assignment__course=course)
    return rows.order_by("pk").only("pk")


def _mark_changed(course: Course | None) -> int:
    rows = PrintedSubmission.objects.exclude(sha256="")
    if course is not None:
        rows = rows.filter(course=course)
    changed_ids = [
        pk
        for pk, sha256, text in rows.order_by("pk")
        .values_list("pk", "sha256", "submission__text")
        .iterator(PORTION)
        if _sha256(text) != sha256
    ]
    for at in range(0, len(changed_ids), PORTION):
        PrintedSubmission.objects.filter(pk__in=changed_ids[at : at + PORTION]).update(sha256="")
    return len(changed_ids)


def _language(submission: Submission) -> str:
    return comparison.guess_language(submission.title, submission.text)


def _values(text: str, language: str, course_id: int) -> Values:
    """What is looked up: the course is stirred in, so that one column finds one course."""
    course = np.uint64((course_id * 0x9E3779B97F4A7C15) % 2**64)
    stirred = (prints(text, language) ^ course) * np.uint64(0xD6E8FEB86659FD93)
    return np.unique((stirred >> np.uint64(32)).astype(np.uint32)).view(np.int32)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
