"""Finding pairs of accounts that may belong to one person, a portion of all accounts at a time.

Looks at the address and the name, and at which institutions' courses somebody is in, nothing else
(`integrity.accounts.matching`). A pair is written once; what became of it stays, so a pair that was
dismissed never comes back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from itertools import combinations

from django.db.models import Count, Min

from integrity.accounts.models import AccountMatch, MatchPlace, User
from integrity.audit import services as audit
from integrity.core import clock
from integrity.courses.models import Enrolment, HeldRole, Teaching

# Accounts looked at in one run.
PORTION = 2_000
# A name that more people than this have at one institution says nothing about any two of them;
# of one mailbox with more accounts each is paired with the oldest only.
FEW = 5
# Nor does a name that so many accounts have on the whole platform.
COMMON = 50

Pairs = dict[tuple[int, int], set[str]]


def run(*, portion: int = PORTION) -> dict[str, int]:
    """Compare the next accounts with everybody; begins again after the last one.

    Returns how many were looked at and how many pairs are new. Work and memory are bounded by
    `portion`; two runs at once wait for each other. A run after the last account looks at nothing.
    """
    with audit.transaction():
        MatchPlace.objects.get_or_create(pk=1)
        place = MatchPlace.objects.select_for_update().get(pk=1)
        batch = list(
            User.objects.filter(pk__gt=place.last_id, is_active=True)
            .order_by("pk")
            .values_list("pk", "email_key", "name_key")[:portion]
        )
        place.last_id = batch[-1][0] if batch else 0
        place.save(update_fields=["last_id"])
        pairs: Pairs = defaultdict(set)
        members = {pk for pk, _email, _name in batch}
        _by_mailbox({pk: key for pk, key, _name in batch if key}, pairs)
        _by_name({key for _pk, _email, key in batch if key}, members, pairs)
        new = _write(pairs)
        if new:
            audit.record(
                "person.accounts_compared",
                actor=audit.Actor.system("second-accounts"),
                subject=("person", "search"),
                data={"pairs": new},
            )
    return {"looked_at": len(batch), "found": new}


def _by_mailbox(batch: dict[int, str], pairs: Pairs) -> None:
    groups = (
        User.objects.filter(email_key__in=set(batch.values()), is_active=True)
        .values("email_key")
        .annotate(size=Count("pk"), oldest=Min("pk"))
        .filter(size__gt=1)
    )
    few, many = set(), {}
    for group in groups:
        if group["size"] <= FEW:
            few.add(group["email_key"])
        else:
            many[group["email_key"]] = group["oldest"]
    together: dict[str, list[int]] = defaultdict(list)
    rows = User.objects.filter(email_key__in=few, is_active=True)
    for pk, key in rows.values_list("pk", "email_key"):
        together[key].append(pk)
    for group_members in together.values():
        _pair(group_members, batch, pairs, {"email"})
    for pk, key in batch.items():
        if key in many and many[key] != pk:
            pairs[many[key], pk].add("email")


def _by_name(keys: Collection[str], batch: Collection[int], pairs: Pairs) -> None:
    shared = set(
        User.objects.filter(name_key__in=keys, is_active=True)
        .values("name_key")
        .annotate(size=Count("pk"))
        .filter(size__gt=1, size__lte=COMMON)
        .values_list("name_key", flat=True)
    )
    rows = User.objects.filter(name_key__in=shared, is_active=True)
    names = dict(rows.values_list("pk", "name_key"))
    together: dict[tuple[str, int], set[int]] = defaultdict(set)
    for person, institution in _institutions_of(names):
        together[names[person], institution].add(person)
    for members in together.values():
        if len(members) <= FEW:
            _pair(members, batch, pairs, {"name", "institution"})


def _institutions_of(people: Collection[int]) -> set[tuple[int, int]]:
    """In which institutions' courses these people are enrolled, hold a role or teach."""
    found: set[tuple[int, int]] = set()
    ordered = sorted(people)
    for start in range(0, len(ordered), PORTION):
        some = ordered[start : start + PORTION]
        for model, field in ((Enrolment, "learner"), (HeldRole, "user"), (Teaching, "user")):
            rows = model.objects.filter(**{f"{field}__in": some})
            found.update(rows.values_list(field, "course__institution").distinct())
    return found


def _pair(members: Iterable[int], batch: Collection[int], pairs: Pairs, reasons: set[str]) -> None:
    for older, newer in combinations(sorted(members), 2):
        if older in batch or newer in batch:
            pairs[older, newer] |= reasons


def _write(pairs: Pairs) -> int:
    rows = [
        AccountMatch(older_id=older, newer_id=newer, reasons=sorted(reasons), found_at=clock.now())
        for (older, newer), reasons in sorted(pairs.items())
    ]
    AccountMatch.objects.bulk_create(rows, batch_size=PORTION, ignore_conflicts=True)
    count = 0
    for start in range(0, len(rows), PORTION):
        mine = [row.public_id for row in rows[start : start + PORTION]]
        count += AccountMatch.objects.filter(public_id__in=mine).count()
    return count
