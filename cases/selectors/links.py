"""The network of linked cases as a list and as a small picture (QU2).

A case the reader may not see does not exist in it, and neither does what is known through it alone.
Nobody is named: the number and what was reported are all it shows. Of a case the reader knows of
and may not read it shows the number and the stage, and of a link to it no words.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet, Value
from django.urls import reverse

from cases import rules
from cases.enums import CaseLinkKind
from cases.models import Case, CaseLink
from cases.selectors.words import Text
from integrity.accounts.models import User

MOST = 12
STEPS = 2
WIDTH, HEIGHT = 320, 240
RADIUS = 6


@dataclass(frozen=True, slots=True)
class Node:
    """A case of the network and where it stands in the picture; `here`: the one that is read.

    `matter` is "" where the reader may not read it.
    """

    number: str
    matter: str
    status: str
    url: str
    x: int
    y: int
    here: bool

    @property
    def short(self) -> str:
        """The number without what all numbers of a year have in common."""
        return self.number.rpartition("-")[2].lstrip("0") or self.number

    @property
    def label(self) -> int:
        """Where the number stands: away from the middle, where the lines come from."""
        return self.y - 11 if self.y < HEIGHT / 2 and not self.here else self.y + 18


@dataclass(frozen=True, slots=True)
class Edge:
    """A link between two cases of the network; `note` only for who may read both."""

    one: Node
    other: Node
    kind: Text
    note: str
    # Only of the case that is read: how to remove it.
    unlink_url: str

    @property
    def direct(self) -> bool:
        """Whether it begins or ends at the case that is read."""
        return self.one.here or self.other.here

    @property
    def far(self) -> Node:
        """The end that is not the case that is read."""
        return self.other if self.one.here else self.one


@dataclass(frozen=True)
class Network:
    """At most twelve cases, two steps away at most. `more`: there are others."""

    nodes: list[Node]
    edges: list[Edge]
    more: bool
    width: int = WIDTH
    radius: int = RADIUS

    @property
    def top(self) -> int:
        """Where the picture begins: nothing is drawn above."""
        return min(min(node.y, node.label) for node in self.nodes) - 2 * RADIUS

    @property
    def height(self) -> int:
        """How high the picture is, down to the last number."""
        return max(max(node.y, node.label) for node in self.nodes) + RADIUS - self.top

    @property
    def direct(self) -> list[Edge]:
        """The links of the case itself."""
        return [edge for edge in self.edges if edge.direct]

    @property
    def beyond(self) -> list[Edge]:
        """Links between the others."""
        return [edge for edge in self.edges if not edge.direct]


def network(user: User, case: Case, *, works: bool = False) -> Network:
    """The cases linked with this one, and those linked with them: at most four queries.

    `works`: whether the reader may remove links of the case.
    """
    found: dict[int, Case] = {case.pk: case}
    readable = rules.readable(user)
    read = {case.pk}
    links: dict[int, CaseLink] = {}
    edge_of = [case.pk]
    more = False
    for _step in range(STEPS):
        rows = list(_links(edge_of).order_by("pk")[: MOST * 10])
        ends = {pk for row in rows for pk in (row.one_id, row.other_id)} - found.keys()
        seen = (
            list(
                rules.visible_to(user)
                .filter(pk__in=ends)
                .annotate(reads=whether(readable))
                .only("number", "status", "reported_as", "kind")
                .order_by("pk")
            )
            if ends
            else []
        )
        room = MOST - len(found)
        more = more or len(seen) > room
        found.update({row.pk: row for row in seen[:room]})
        read.update(row.pk for row in seen[:room] if row.reads)
        links.update({row.pk: row for row in rows})
        edge_of = [row.pk for row in seen[:room]]
        if not edge_of:
            break
    shown = [row for row in links.values() if row.one_id in found and row.other_id in found]
    nodes = _placed(case, found.values(), shown, read)
    edges = [
        Edge(
            one=nodes[row.one_id],
            other=nodes[row.other_id],
            kind=CaseLinkKind(row.kind).label,
            note=row.note if {row.one_id, row.other_id} <= read else "",
            unlink_url=reverse("desk:unlink", args=[case.number, row.public_id])
            if works and case.pk in (row.one_id, row.other_id)
            else "",
        )
        for row in sorted(shown, key=lambda row: row.pk)
    ]
    return Network(list(nodes.values()), edges, more)


def whether(readable: Q) -> Value | ExpressionWrapper:
    """What `rules.readable` says, as a column."""
    return ExpressionWrapper(readable, BooleanField()) if readable else Value(value=True)


def _links(ends: Iterable[int]) -> QuerySet[CaseLink]:
    keys = list(ends)
    return CaseLink.objects.filter(Q(one__in=keys) | Q(other__in=keys), removed_at__isnull=True)


def _placed(
    case: Case, cases: Iterable[Case], links: Iterable[CaseLink], read: Collection[int]
) -> dict[int, Node]:
    """The case in the middle, its neighbours around it, theirs on an outer ring."""
    near = {pk for row in links if case.pk in (row.one_id, row.other_id)
            for pk in (row.one_id, row.other_id)}  # fmt: skip
    rings: tuple[list[Case], list[Case]] = ([], [])
    for row in cases:
        if row.pk != case.pk:
            rings[0 if row.pk in near else 1].append(row)
    placed = {case.pk: _node(case, WIDTH / 2, HEIGHT / 2, here=True, reads=True)}
    for ring, (across, down, turn) in zip(rings, ((80, 56, 0.0), (136, 96, 0.5)), strict=True):
        for place, row in enumerate(ring):
            angle = 2 * math.pi * (place + turn) / len(ring)
            placed[row.pk] = _node(
                row,
                WIDTH / 2 + across * math.cos(angle),
                HEIGHT / 2 + down * math.sin(angle),
                reads=row.pk in read,
            )
    return placed


def _node(case: Case, x: float, y: float, *, here: bool = False, reads: bool) -> Node:
    return Node(
        number=case.number,
        matter=(case.reported_as or case.get_kind_display()) if reads else "",
        status=case.status,
        url=reverse("desk:case", args=[case.number]),
        x=round(x),
        y=round(y),
        here=here,
    )
