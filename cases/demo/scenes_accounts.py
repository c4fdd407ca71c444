"""Likely second accounts: one pair that was found, and one whose person was asked (PO9)."""

from __future__ import annotations

from cases.demo import people
from cases.demo.tale import Cast
from cases.demo.world import enrol
from cases.services import account_search, accounts
from integrity.accounts.models import AccountMatch, User
from integrity.courses.models import Course

# Both sign in with the password of the demo, as everybody there.
FOUND = people.Account("kovacs.marta@example.edu", "Marta Kovacs", zone="Europe/Budapest")
ASKED = people.Account("sam.li+new@example.edu", "Sam Li", zone="America/Vancouver")
# Where both of the first pair learn; the second pair has one mailbox.
COURSE = "data-ethics"


def tell(cast: Cast) -> None:
    """Two people made a second account a while ago; one of them was asked about it."""
    cast.timeline.add(40, lambda: _join(cast.people["marta.kovacs"], people.make(FOUND)))
    cast.timeline.add(38, lambda: _join(people.make(ASKED)))
    cast.timeline.add(5, _search)
    cast.timeline.add(4, lambda: _ask(cast))


def _join(*learners: User) -> None:
    course = Course.objects.get(slug=COURSE)
    for learner in learners:
        enrol(learner, course)


def _search() -> None:
    while account_search.run()["looked_at"]:
        continue


def _ask(cast: Cast) -> None:
    pair = AccountMatch.objects.get(newer__email=ASKED.email)
    accounts.ask(actor=cast.people["moderator"], match_id=pair.public_id)
