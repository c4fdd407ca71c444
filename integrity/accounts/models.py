"""People, the roles they hold and the restrictions on them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from integrity.accounts import matching
from integrity.accounts.enums import MatchStatus, RestrictionKind, Role
from integrity.core import clock, ids
from integrity.core.fields import BoundedText


class UserManager(BaseUserManager["User"]):
    """Creates users; the email is the login and kept in lower case."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser):
    """A person. The email address is the login; one account per address, whatever its case."""

    public_id = models.UUIDField(default=ids.public_id, unique=True, editable=False)
    email = models.EmailField(_("email address"), max_length=254, unique=True)
    display_name = models.CharField(_("name"), max_length=150)
    language = models.CharField(_("language"), max_length=10, default="en")
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created"), default=clock.now, editable=False)
    # The account that its person keeps after closing this one; nobody signs in here again (PO9).
    closed_into = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="closed_accounts",
    )
    # By what likely second accounts are found; see `matching`.
    email_key = models.CharField(max_length=254, blank=True, editable=False)
    name_key = models.CharField(max_length=150, blank=True, editable=False)
    # The public ids of the accounts closed into this one. Letters and reports are found by keyed
    # references of them: kept here, nobody's request costs a query more.
    former_ids = models.JSONField(default=list, blank=True, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["display_name"]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(email=Lower("email")),
                name="accounts_user_email_lower",
                violation_error_message=_("Write the email address in lower case."),
            ),
            # A closed account is not one anybody can use.
            models.CheckConstraint(
                condition=Q(closed_into__isnull=True)
                | Q(is_active=False) & ~Q(closed_into=F("pk")),
                name="accounts_user_closed_inactive",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["email_key"], name="accounts_user_by_mailbox"),
            models.Index(fields=["name_key"], name="accounts_user_name_key"),
        ]

    def __str__(self) -> str:
        return self.display_name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, with the keys of the address and the name as they are now."""
        self.set_keys()
        fields = kwargs.get("update_fields")
        if fields is not None and {"email", "display_name"} & set(fields):
            kwargs["update_fields"] = {*fields, "email_key", "name_key"}
        super().save(*args, **kwargs)

    def set_keys(self) -> None:
        """Work out by what second accounts are found; for rows that are made in bulk."""
        self.email_key = matching.email_key(self.email)
        self.name_key = matching.name_key(self.display_name)

    @property
    def same_ids(self) -> list[str]:
        """The public ids under which this person may be on file, their own first; no query."""
        return [str(self.public_id), *self.former_ids]

    def get_full_name(self) -> str:
        return self.display_name

    def get_short_name(self) -> str:
        return self.display_name

    def role_grants(self) -> list[RoleGrant]:
        """The grants in force now, read once per request: the object caches them."""
        if not hasattr(self, "_grants"):
            at = clock.now()
            self._grants = [
                grant
                for grant in self.grants.select_related("institution")
                if grant.ended_at is None or grant.ended_at > at
            ]
        return self._grants

    def forget_roles(self) -> None:
        """Read the grants again on the next question."""
        if hasattr(self, "_grants"):
            del self._grants

    # What Django's admin asks: administrators configure, nobody else enters.
    @property
    def is_staff(self) -> bool:
        return self.is_active and any(g.role == Role.ADMINISTRATOR for g in self.role_grants())

    @property
    def is_superuser(self) -> bool:
        return False

    def has_perm(self, perm: str, obj: object | None = None) -> bool:
        return self.is_staff

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_staff


class RoleGrant(models.Model):
    """A role, platform-wide (no institution) or for one institution, until it is ended."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="grants")
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    institution = models.ForeignKey(
        "courses.Institution",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="role_grants",
        verbose_name=_("institution"),
    )
    granted_at = models.DateTimeField(_("granted"), default=clock.now)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["user", "role", "institution"],
                condition=Q(ended_at__isnull=True, institution__isnull=False),
                name="accounts_grant_once_in_institution",
            ),
            models.UniqueConstraint(
                fields=["user", "role"],
                condition=Q(ended_at__isnull=True, institution__isnull=True),
                name="accounts_grant_once_platform",
            ),
            models.CheckConstraint(
                condition=Q(role__in=Role.values), name="accounts_grant_role_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()}: {self.user}"


class Restriction(models.Model):
    """A suspension or expulsion. It counts by its times on every request; no job is needed.

    In force from `starts_at` (inclusive) until `ends_at` (exclusive; none: until lifted), unless
    lifted before. `source` names what caused it, so that applying twice is once.
    """

    public_id = models.UUIDField(default=ids.public_id, unique=True, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="restrictions")
    kind = models.CharField(_("kind"), max_length=20, choices=RestrictionKind.choices)
    source = models.CharField(_("cause"), max_length=80, unique=True)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)
    lifted_at = models.DateTimeField(_("lifted"), null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        verbose_name = _("restriction")
        verbose_name_plural = _("restrictions")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
                name="accounts_restriction_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=RestrictionKind.values),
                name="accounts_restriction_kind_known",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # Asked on every request of a signed-in person.
            models.Index(
                fields=["user", "starts_at"],
                condition=Q(lifted_at__isnull=True),
                name="accounts_restriction_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.user}"


class AccountMatch(models.Model):
    """Two accounts that may belong to one person, and what became of the question (PO9).

    `older` is the account with the smaller key. `reasons` are the codes of what the two share:
    "email", "name", "institution"; never a device or an address on the network.
    """

    public_id = models.UUIDField(default=ids.public_id, unique=True, editable=False)
    older = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    newer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reasons = models.JSONField(_("what they share"), default=list)
    status = models.CharField(
        _("status"), max_length=10, choices=MatchStatus.choices, default=MatchStatus.FOUND
    )
    found_at = models.DateTimeField(_("found"), default=clock.now)
    settled_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    note = BoundedText(_("reason"), max_length=2_000, blank=True)
    asked_at = models.DateTimeField(_("asked"), null=True, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    answer = BoundedText(_("what the person says"), max_length=2_000, blank=True)
    # From which of the two the answer came: whoever has the other may be somebody else, who never
    # reads it and answers for themselves.
    answered_by_older = models.BooleanField(null=True, editable=False)
    other_answered_at = models.DateTimeField(_("other account answered"), null=True, blank=True)
    other_answer = BoundedText(_("what the other account says"), max_length=2_000, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    # What was carried over when one of them was closed: numbers by kind.
    carried = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = _("likely second account")
        verbose_name_plural = _("likely second accounts")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["older", "newer"], name="accounts_match_once"),
            models.CheckConstraint(
                condition=Q(older__lt=F("newer")), name="accounts_match_in_order"
            ),
            models.CheckConstraint(
                condition=Q(status__in=MatchStatus.values), name="accounts_match_status_known"
            ),
            models.CheckConstraint(
                condition=~Q(status=MatchStatus.ASKED) | Q(asked_at__isnull=False),
                name="accounts_match_asked_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(status=MatchStatus.CLOSED) | Q(closed_at__isnull=False),
                name="accounts_match_closed_has_time",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # The list of the desk, page by page.
            models.Index(fields=["status", "-found_at", "-id"], name="accounts_match_list"),
        ]

    def __str__(self) -> str:
        return f"{self.public_id}"

    def side_of(self, user: User) -> str:
        """Which of the two the user has: "older", "newer", or "" for neither."""
        return {self.older_id: "older", self.newer_id: "newer"}.get(user.pk, "")

    def other_than(self, user: User) -> User:
        """The other account of the pair."""
        return self.newer if user.pk == self.older_id else self.older

    def answered_by(self, user: User) -> bool:
        """Whether this very account has answered."""
        if self.answered_at is None:
            return False
        return (self.side_of(user) == "older") == self.answered_by_older or (
            self.other_answered_at is not None
        )


class ClosingCode(models.Model):
    """A one-time code, sent to the account that is to be closed: who reads it has both (PO9).

    Only a keyed fingerprint of it is kept. A row is written for a wrong address too, with a code
    nobody is sent, so that rows limit guesses and no page tells a right address from a wrong one.
    """

    match = models.ForeignKey(AccountMatch, on_delete=models.CASCADE, related_name="codes")
    # Which account is kept: the one that asked for the code.
    keeps_older = models.BooleanField()
    digest = models.CharField(max_length=64)
    sent_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    proved_at = models.DateTimeField(null=True)
    # A form sent twice sends one code.
    form_key = models.CharField(max_length=64, unique=True, editable=False)

    class Meta:
        verbose_name = _("code to close an account")
        verbose_name_plural = _("codes to close accounts")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["match", "-sent_at"], name="accounts_code_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.match}: {self.sent_at}"


class MatchPlace(models.Model):
    """How far the search for second accounts has come: the last account it looked at. One row."""

    last_id = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("place of the search for second accounts")
        verbose_name_plural = _("places of the search for second accounts")

    def __str__(self) -> str:
        return str(self.last_id)
