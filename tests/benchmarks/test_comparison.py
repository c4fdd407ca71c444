"""Comparing two long texts, and one submission with the 100,000 others of its course (CF3).

`BENCH_SUBMISSIONS=2000` takes another number. Texts are made of words as frequent as in a language;
three of them hold copied passages. Beside it stands how long the fingerprints of one megabyte take.
"""

from __future__ import annotations

import itertools
import os
import random
import time

import pytest
from django.db import connection

from cases import comparison
from cases.comparison.prints import prints
from cases.models import SubmissionPrint
from cases.services import printing
from integrity.courses.models import Submission
from tests.courses import builders as make

pytestmark = pytest.mark.django_db(transaction=True)

SUBMISSIONS = int(os.environ.get("BENCH_SUBMISSIONS", "100000"))
PORTION = 5_000
WORDS = 20_000


class Writer:
    """Texts of words that are as frequent as words are."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.words = [f"w{number * 2654435761 % 2**20:x}" for number in range(WORDS)]
        self.weights = list(itertools.accumulate(1 / (number + 3) for number in range(WORDS)))

    def text(self, count: int) -> str:
        found = self.rng.choices(self.words, cum_weights=self.weights, k=count)
        found[11::17] = [f"{word}." for word in found[11::17]]
        return " ".join(found)


def test_ten_thousand_words_against_ten_thousand() -> None:
    writer = Writer(1)
    a = writer.text(10_000)
    words = a.split()
    b = " ".join([*writer.text(5_000).split(), *words[2_000:4_000], *writer.text(3_000).split()])
    began = time.perf_counter()
    prints(a * (1_000_000 // len(a)), "text")
    print(f"\n  baseline: fingerprints of 1 MB {1000 * (time.perf_counter() - began):,.0f} ms")
    took = []
    for _ in range(5):
        began = time.perf_counter()
        found = comparison.compare(a, b)
        took.append(time.perf_counter() - began)
    print(f"  10,000 words against 10,000: {1000 * min(took):,.0f} to {1000 * max(took):,.0f} ms")
    assert sum(passage.words for passage in found.passages) >= 1_900
    assert min(took) < 1


def test_one_submission_against_the_others_of_its_course() -> None:
    writer = Writer(2)
    course = make.course()
    assignment, learner = make.assignment(course), make.person()
    task = writer.text(60)
    for start in range(0, SUBMISSIONS, PORTION):
        Submission.objects.bulk_create(
            Submission(
                assignment=assignment,
                learner=learner,
                # A third of them repeat the words of the task.
                text=(task + " " if number % 3 == 0 else "")
                + writer.text(writer.rng.randint(300, 600)),
            )
            for number in range(start, min(start + PORTION, SUBMISSIONS))
        )
    mine, *copies = Submission.objects.order_by("pk")[:4]
    words = mine.text.split()
    for copy, (first, last) in zip(copies, ((0, 120), (150, 210), (100, 260)), strict=True):
        copy.text = " ".join(words[first:last]) + " " + copy.text
        copy.save()
    began = time.perf_counter()
    done = printing.index(course=course)
    took = time.perf_counter() - began
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    print(
        f"\n  {connection.vendor}: {done['printed']:,} submissions, "
        f"{done['prints']:,} fingerprints, {done['printed'] / took:,.0f} submissions/s"
    )
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            table = SubmissionPrint._meta.db_table
            cursor.execute("SELECT pg_total_relation_size(%s)", [table])
            print(f"  index on disk: {cursor.fetchone()[0] / 2**20:,.0f} MB")
    times = []
    for submission in [mine, *copies, *Submission.objects.order_by("-pk")[:6]]:
        began = time.perf_counter()
        found = printing.similar_in_course(submission)
        times.append(time.perf_counter() - began)
        if submission == mine:
            assert {copy.pk for copy in copies} <= {candidate.submission_id for candidate in found}
    print(f"  one against the others: {1000 * min(times):,.0f} to {1000 * max(times):,.0f} ms")
    assert sorted(times)[len(times) // 2] < 2
