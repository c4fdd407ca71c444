"""Several reports about one lab: three cases to make one of, two joined already, and a link."""

from __future__ import annotations

from cases.demo.story import key
from cases.demo.tale import Cast, Tale
from cases.enums import CaseLinkKind
from cases.services import linking, merging

COPIED = "The loop, the comments and the misspelt name in it are the same in both files."
SHARED = "Both programs print the same wrong line in the same place."


def tell(cast: Cast) -> None:
    """New reports about Lab 1 of programming; and a pair of the week before."""
    _one_lab(cast)
    _joined(cast)


def _lab(cast: Cast, learner: str, days: float, account: str, by: str) -> Tale:
    handed_in = cast.work(
        learner, "programming", "Lab 1", days + 3, own="reads the file line by line", score=None
    )
    return cast.flagged(handed_in, days, account, by=by, code="unauthorised_collaboration")


def _one_lab(cast: Cast) -> None:
    first = _lab(cast, "thordis.aegisdottir", 1.3, COPIED, "helena.quist")
    _lab(cast, "xiaoling.chen", 1.1, COPIED, "eleni.papadaki")
    third = _lab(cast, "aroha.ngata", 0.8, COPIED, "kofi.mensah")
    third.at(
        0.5,
        lambda: linking.link(
            actor=first.file.moderator,
            number=third.file.number,
            other=first.file.number,
            kind=CaseLinkKind.SAME_SOURCE,
            note="Both files carry the same misspelt name.",
        ),
    )


def _joined(cast: Cast) -> None:
    kept = _lab(cast, "somchai.srisuk", 6.2, SHARED, "helena.quist")
    gone = _lab(cast, "tesfaye.bekele", 6.0, SHARED, "eleni.papadaki")
    kept.at(
        5.4,
        lambda: merging.merge(
            actor=kept.file.moderator,
            source=gone.file.number,
            target=kept.file.number,
            form_key=key(),
        ),
    )
    kept.claimed(5.3)
