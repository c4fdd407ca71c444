"""Consequences for how somebody reaches others: direct messages, channels, roles."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.models import Respondent, Sanction
from cases.sanctions.base import Handler, Text, days_field, for_days, read_days, taken_back
from integrity.accounts.models import User
from integrity.core.errors import InvalidInput
from integrity.core.forms import PicksField, TextField
from integrity.courses import rules, selectors, services
from integrity.courses.enums import EffectKind
from integrity.courses.models import Channel, HeldRole

# As the schemes take (policies.schemes.params).
LONGEST_BAR = 3650
NO_END = gettext_lazy("Leave it empty for a bar without an end.")
STILL_BARRED = gettext_lazy("This reason is gone, but another one still stands.")


def names(items: Iterable[Any]) -> str:
    """A list in the reader's language: "a, b and c"."""
    return get_text_list([str(item) for item in items], _("and"))


class NoDirectMessages(Handler):
    """The learner cannot write direct messages to anybody while this stands."""

    code = "no_direct_messages"

    def fields(self, respondent: Respondent) -> dict[str, forms.Field]:
        return {
            "days": days_field(
                _("If no direct messages to anyone: for how many days?"), hint=NO_END
            )
        }

    def clean(self, respondent: Respondent, params: Mapping[str, Any]) -> dict[str, Any]:
        return dict(read_days(params, most=LONGEST_BAR, required=False))

    def describe(self, sanction: Sanction) -> str:
        return _(
            "You cannot write direct messages to anybody, %(how_long)s. You can still read yours."
        ) % {"how_long": for_days(sanction.params)}

    def details(self, sanction: Sanction) -> list[tuple[Text, Text]]:
        return [(_("How long"), for_days(sanction.params))]

    def apply(self, sanction: Sanction) -> None:
        services.apply_effect(
            kind=EffectKind.NO_MESSAGES,
            source=sanction.source,
            person=sanction.respondent.person,
            starts_at=sanction.starts_at,
            ends_at=sanction.ends_at,
        )

    def reverse(self, sanction: Sanction) -> list[str]:
        gone = taken_back(sanction)
        if not gone:
            return []
        standing = selectors.active_effects().filter(
            kind=EffectKind.NO_MESSAGES, person=sanction.respondent.person, other__isnull=True
        )
        if standing.exists():
            return [str(STILL_BARRED)]
        return [_("You can write direct messages again.")]


class NoContact(Handler):
    """The learner cannot write direct messages to named people while this stands."""

    code = "no_contact"

    def fields(self, respondent: Respondent) -> dict[str, forms.Field]:
        return {
            "to": TextField(
                label=_("If no direct messages to named people: to whom?"),
                help_text=_(
                    "The email address of each, people of the course of this case. "
                    "The learner reads their names in the letter."
                ),
                max_length=2_000,
                rows=2,
                required=False,
            ),
            "days": days_field(_("For how many days?"), hint=NO_END),
        }

    def clean(self, respondent: Respondent, params: Mapping[str, Any]) -> dict[str, Any]:
        wanted = [
            part.lower() for part in re.split(r"[\s,;]+", str(params.get("to") or "")) if part
        ]
        if not wanted:
            raise InvalidInput({"to": [_("Enter the email address of at least one person.")]})
        known = {
            person.email: str(person.public_id)
            for person in self._people(respondent).filter(email__in=wanted)
        }
        unknown = [address for address in wanted if address not in known]
        if unknown:
            raise InvalidInput(
                {
                    "to": [
                        _("Nobody else in the course of this case has the address %(address)s.")
                        % {"address": unknown[0]}
                    ]
                }
            )
        # Ids, so that a later change of an address changes nothing that was decided.
        people = sorted(set(known.values()))
        return {"people": people, **read_days(params, most=LONGEST_BAR, required=False)}

    @staticmethod
    def _people(respondent: Respondent) -> Any:
        course = respondent.case.course_id
        return User.objects.filter(
            Q(enrolments__course=course)
            | Q(teachings__course=course)
            | Q(course_roles__course=course),
            is_active=True,
        ).exclude(pk=respondent.person.pk)

    @staticmethod
    def _named(sanction: Sanction) -> list[User]:
        people = User.objects.filter(public_id__in=sanction.params["people"])
        return list(people.order_by("display_name", "pk"))

    def unavailable(self, respondent: Respondent) -> Text | None:
        if respondent.case.course_id is None:
            return _("The case is not about a course, so nobody can be named.")
        return None

    def describe(self, sanction: Sanction) -> str:
        return _("You cannot write direct messages to %(people)s, %(how_long)s.") % {
            "people": names(person.display_name for person in self._named(sanction)),
            "how_long": for_days(sanction.params),
        }

    def details(self, sanction: Sanction) -> list[tuple[Text, Text]]:
        people = (f"{person.display_name} ({person.email})" for person in self._named(sanction))
        return [(_("To whom"), names(people)), (_("How long"), for_days(sanction.params))]

    def apply(self, sanction: Sanction) -> None:
        for person in self._named(sanction):
            services.apply_effect(
                kind=EffectKind.NO_MESSAGES,
                source=sanction.source,
                person=sanction.respondent.person,
                other=person,
                starts_at=sanction.starts_at,
                ends_at=sanction.ends_at,
            )

    def reverse(self, sanction: Sanction) -> list[str]:
        sender = sanction.respondent.person
        free, barred = [], False
        for effect in taken_back(sanction):
            if effect.other is None:
                continue
            if rules.message_bar(sender, effect.other) is None:
                free.append(effect.other.display_name)
            else:
                barred = True
        said = [str(STILL_BARRED)] if barred else []
        if free:
            said.append(
                _("You can write direct messages to %(people)s again.") % {"people": names(free)}
            )
        return said


class BarredFromChannels(Handler):
    """The learner is kept out of channels of the course while this stands."""

    code = "barred_from_channels"

    def fields(self, respondent: Respondent) -> dict[str, forms.Field]:
        channels = self._channels(respondent)
        return {
            "channels": PicksField(
                label=_("If barred from channels: from which?"),
                choices=[(str(channel.public_id), channel.name) for channel in channels],
                required=False,
            ),
            "days": days_field(_("For how many days?"), hint=NO_END),
        }

    @staticmethod
    def _channels(respondent: Respondent) -> list[Channel]:
        return list(Channel.objects.filter(course=respondent.case.course_id).order_by("name", "pk"))

    @staticmethod
    def _named(sanction: Sanction) -> list[Channel]:
        channels = Channel.objects.filter(public_id__in=sanction.params["channels"])
        return list(channels.order_by("name", "pk"))

    def clean(self, respondent: Respondent, params: Mapping[str, Any]) -> dict[str, Any]:
        known = {str(channel.public_id) for channel in self._channels(respondent)}
        wanted = chosen(params.get("channels"))
        if not wanted or not set(wanted) <= known:
            raise InvalidInput({"channels": [_("Choose at least one channel of the course.")]})
        return {
            "channels": sorted(set(wanted)),
            **read_days(params, most=LONGEST_BAR, required=False),
        }

    def unavailable(self, respondent: Respondent) -> Text | None:
        if not self._channels(respondent):
            return _("The case is not about a course with channels.")
        return None

    def takes_away(self, respondent: Respondent, params: Mapping[str, Any]) -> bool:
        """Access, when it has no end: a bar for a time gives it back by itself."""
        return "days" not in params

    def describe(self, sanction: Sanction) -> str:
        return _("You cannot read or write in %(channels)s, %(how_long)s.") % {
            "channels": names(self._named(sanction)),
            "how_long": for_days(sanction.params),
        }

    def details(self, sanction: Sanction) -> list[tuple[Text, Text]]:
        return [
            (_("Which channels"), names(self._named(sanction))),
            (_("How long"), for_days(sanction.params)),
        ]

    def apply(self, sanction: Sanction) -> None:
        for channel in self._named(sanction):
            services.apply_effect(
                kind=EffectKind.BARRED_FROM_CHANNEL,
                source=sanction.source,
                person=sanction.respondent.person,
                channel=channel,
                starts_at=sanction.starts_at,
                ends_at=sanction.ends_at,
            )

    def reverse(self, sanction: Sanction) -> list[str]:
        open_again, barred = [], False
        for effect in taken_back(sanction):
            if effect.channel is None:
                continue
            if rules.channel_bar(sanction.respondent.person, effect.channel) is None:
                open_again.append(effect.channel.name)
            else:
                barred = True
        said = [str(STILL_BARRED)] if barred else []
        if open_again:
            said.append(
                _("You can read and write in %(channels)s again.") % {"channels": names(open_again)}
            )
        return said


class RolesEnded(Handler):
    """Roles the learner holds in the course do not count any more while this stands."""

    code = "roles_ended"

    def fields(self, respondent: Respondent) -> dict[str, forms.Field]:
        return {
            "roles": PicksField(
                label=_("If roles are ended: which?"),
                choices=[(held.role, held.get_role_display()) for held in self._held(respondent)],
                required=False,
            )
        }

    @staticmethod
    def _held(respondent: Respondent) -> list[HeldRole]:
        # Also those another decision ended: this one may take its place, or outlast it.
        held = HeldRole.objects.filter(user=respondent.person, course=respondent.case.course_id)
        return list(held.order_by("role", "pk"))

    @staticmethod
    def _named(sanction: Sanction) -> list[HeldRole]:
        held = HeldRole.objects.filter(
            user=sanction.respondent.person,
            course=sanction.case.course_id,
            role__in=sanction.params["roles"],
        )
        return list(held.order_by("role", "pk"))

    def clean(self, respondent: Respondent, params: Mapping[str, Any]) -> dict[str, Any]:
        known = {held.role for held in self._held(respondent)}
        wanted = chosen(params.get("roles"))
        if not wanted or not set(wanted) <= known:
            raise InvalidInput({"roles": [_("Choose at least one role that the learner holds.")]})
        return {"roles": sorted(set(wanted))}

    def unavailable(self, respondent: Respondent) -> Text | None:
        if respondent.case.course_id is None or not self._held(respondent):
            return _("The learner holds no role in the course of this case.")
        return None

    def takes_away(self, respondent: Respondent, params: Mapping[str, Any]) -> bool:
        """Access: a role opens the course's pages, and it has no end by itself."""
        return True

    def describe(self, sanction: Sanction) -> str:
        return _("You no longer hold this role in the course: %(roles)s.") % {
            "roles": names(held.get_role_display() for held in self._named(sanction))
        }

    def details(self, sanction: Sanction) -> list[tuple[Text, Text]]:
        held = (held.get_role_display() for held in self._named(sanction))
        return [(_("Which roles"), names(held))]

    def apply(self, sanction: Sanction) -> None:
        for held in self._named(sanction):
            services.apply_effect(
                kind=EffectKind.ROLE_ENDED,
                source=sanction.source,
                role=held,
                starts_at=sanction.starts_at,
            )

    def reverse(self, sanction: Sanction) -> list[str]:
        again, ended = [], False
        for effect in taken_back(sanction):
            if effect.role is None:
                continue
            if rules.standing_roles().filter(pk=effect.role.pk).exists():
                again.append(effect.role.get_role_display())
            else:
                ended = True
        said = [str(STILL_BARRED)] if ended else []
        if again:
            said.append(_("You hold this role again: %(roles)s.") % {"roles": names(again)})
        return said


def chosen(value: Any) -> list[str]:
    """One choice or several, as a list."""
    if value in (None, ""):
        return []
    return [value] if isinstance(value, str) else [str(item) for item in value]
