"""What the product does not keep yet, with the feature that will."""

from __future__ import annotations

from tests.promises.register import CONDUCT, HONOR, PLEDGE, not_yet

_EFFECTS = "can be named by a policy, but no decision can carry it out yet"

for code, clause, says in (
    ("talk_not_published", "5.1", "Recordings or slides of a talk can be held back"),
    ("barred_from_roles", "5.1", "Taking a role again can be barred"),
    ("leave_now", "5.1", "Somebody can be sent out of a course or channel for good"),
    ("removed_from_lists", "5.1", "Chats and mailing lists can be closed to somebody"),
    ("rights_ended", "5.1", "Rights of an administrator or moderator can be ended"),
    ("membership_ended", "5.1", "Membership of an institution can be ended"),
    ("other_action", "5.1", "Any other action can be taken where it is necessary"),
):
    not_yet(CONDUCT, clause, says, "SA5", f"`{code}` {_EFFECTS}")

not_yet(HONOR, "2.2", "Removal from a whole programme can follow", "SA5",
        f"`removal_from_programme` {_EFFECTS}")  # fmt: skip
not_yet(
    PLEDGE, "3.1", "A piece of work can be left without credit", "SA5", f"`no_credit` {_EFFECTS}"
)
not_yet(PLEDGE, "3.1", "Other action can be taken, at the owner's discretion", "SA5",
        f"`other_action` {_EFFECTS}")  # fmt: skip
not_yet(CONDUCT, "1.2", "Posts and messages of a deleted account lose their name", "PV3",
        "accounts cannot be deleted yet")  # fmt: skip
