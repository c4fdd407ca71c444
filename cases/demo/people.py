"""The accounts of the demo. Their addresses are a contract; their password is told at the start."""

from __future__ import annotations

from dataclasses import dataclass

from allauth.account.models import EmailAddress

from integrity.accounts.enums import Role
from integrity.accounts.models import RoleGrant, User
from integrity.courses.models import Institution

PASSWORD = "integrity-demo"  # noqa: S105 — told to everybody; never made in production settings
NORTHBRIDGE = "northbridge"


@dataclass(frozen=True)
class Account:
    """One demo account: its address, name and roles (role, slug of an institution or None)."""

    email: str
    name: str
    roles: tuple[tuple[Role, str | None], ...] = ()
    zone: str = "Europe/Madrid"
    language: str = "en"


ACCOUNTS = (
    Account("learner@example.edu", "Lea Brandt"),
    Account("accused@example.edu", "Amara Okonjo", zone="America/Bogota"),
    Account("reporter@example.edu", "Ruben Achterberg"),
    Account("teacher@example.edu", "Priya Raman"),
    Account("adviser@example.edu", "Pauline Lindgren", ((Role.ADVISER, None),)),
    Account("moderator@example.edu", "Ines Ferreira", ((Role.MODERATOR, None),)),
    Account("moderator2@example.edu", "Tomasz Wilk", ((Role.MODERATOR, None),)),
    Account("officer@example.edu", "Jonas Abara", ((Role.OFFICER, None),)),
    Account("officer2@example.edu", "Renata Villaseñor", ((Role.OFFICER, None),)),
    Account("officer3@example.edu", "Kwame Boateng", ((Role.OFFICER, None),)),
    Account("auditor@example.edu", "Mei Tanaka", ((Role.AUDITOR, None),)),
    Account("admin@example.edu", "Ada Minami", ((Role.ADMINISTRATOR, None),)),
    Account(
        "partner.officer@example.edu",
        "Owen Hughes",
        ((Role.OFFICER, NORTHBRIDGE),),
        zone="Europe/London",
    ),
)

# Learners of the demo who are not accounts of the contract: long names, several scripts.
OTHERS = (
    Account("dana.whitfield@example.edu", "Dana Whitfield"),
    Account("lucia.fernandez@example.edu", "Lucía Fernández de la Vega y Santamaría-Etxeberria"),
    Account("yuki.mori@example.edu", "森 結城"),
    Account("layla.haddad@example.edu", "ليلى حدّاد"),
    Account("olena.koval@example.edu", "Олена Коваль"),
    Account("per.nilsson@example.edu", "Per Nilsson"),
    Account("thandiwe.dube@example.edu", "Thandiwe Dube"),
    Account("noah.becker@example.edu", "Noah Becker"),
)


def make(account: Account) -> User:
    """The person behind an account; made once, with a confirmed address."""
    user = User.objects.filter(email=account.email).first()
    if user is None:
        user = User.objects.create_user(
            account.email,
            PASSWORD,
            display_name=account.name,
            time_zone=account.zone,
            language=account.language,
        )
    EmailAddress.objects.get_or_create(
        user=user, email=user.email, defaults={"verified": True, "primary": True}
    )
    for role, slug in account.roles:
        institution = Institution.objects.get(slug=slug) if slug else None
        RoleGrant.objects.get_or_create(user=user, role=role, institution=institution)
    return user
