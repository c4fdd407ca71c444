"""Times pages of the desk in one database, when told to on standard input.

    python -m tests.benchmarks.bench_desk

Reads a line of JSON, answers with one. {"do": "seed", "cases": 1000} fills the database of
DATABASE_URL; {"do": "pages"} says which pages there are; {"do": "time", "page": "queue, by
deadline", "times": 5} gives milliseconds and the number of queries; {"do": "plans", "page": ..}
gives the statements that read a large table from end to end. Two of these beside each other, asked
in turn, meet the same weather of the machine.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

import django

# A table with fewer rows is read from end to end for good reasons.
LARGE = 5_000

PEOPLE = {"moderator": "moderator@example.edu", "officer": "officer@example.edu"}


class Desk:
    """The pages of one database, and somebody signed in for each."""

    def __init__(self) -> None:
        from django.test import Client

        from integrity.accounts.models import User

        self.clients: dict[str, Client] = {}
        for name, email in PEOPLE.items():
            self.clients[name] = Client()
            self.clients[name].force_login(User.objects.get(email=email))
        self.pages: dict[str, Callable[[], Any]] = {"bare keyset query": self._keyset}
        self.addresses: dict[str, tuple[str, str, dict[str, str]]] = {}
        self._name("empty page", "moderator", "/accessibility/")
        for who in PEOPLE:
            self._queue(who)
            self._searches(who)
            self._name("dashboard", who, "/desk/")
            self._cases(who)

    def _name(self, what: str, who: str, address: str, **query: str) -> None:
        name = f"{what} ({who})"
        self.addresses[name] = (who, address, query)
        self.pages[name] = lambda: self._get(who, address, query)

    def _get(self, who: str, address: str, query: dict[str, str]) -> None:
        response = self.clients[who].get(address, query)
        assert response.status_code == 200, (response.status_code, address, query)
        assert response.content

    def _keyset(self) -> None:
        from cases.models import Case

        rows = Case.objects.filter(status__in=["triage", "investigation", "review"])
        assert list(rows.order_by("due_at", "pk").values_list("pk", "number", "due_at")[:51])

    def _queue(self, who: str) -> None:
        for sort in ("due", "priority"):
            query = {"view": "open", "sort": sort}
            self._name(f"queue by {sort}", who, "/desk/queue/", **query)
            deep = {**query, "after": self._after(who, query)}
            self._name(f"queue by {sort}, deep", who, "/desk/queue/", **deep)
        self._name("queue, newest", who, "/desk/queue/", view="all")
        middle = self._middle()
        self._name("queue, newest, deep", who, "/desk/queue/", view="all", after=f"n-{middle}")
        self._name("queue, mine", who, "/desk/queue/", view="mine")
        self._name("live counts", who, "/desk/queue/counts/", view="open")

    def _after(self, who: str, query: dict[str, str]) -> str:
        """The key of a page in the middle of the list."""
        from django.http import QueryDict

        from cases.selectors.queue_filters import Filters, narrowed
        from cases.selectors.queue_rows import PAGE_SIZE, page_of
        from cases.selectors.words import Days
        from integrity.accounts.models import User

        user = User.objects.get(email=PEOPLE[who])
        asked = QueryDict(mutable=True)
        asked.update(query)
        found = narrowed(user, Filters.read(asked, user), Days.of_reader())
        pages = found.count() // PAGE_SIZE
        return page_of(found, sort=query["sort"], size=max(1, pages // 2) * PAGE_SIZE)[1]

    def _middle(self) -> int:
        from django.db.models import Max

        from cases.models import Case

        return (Case.objects.aggregate(last=Max("pk"))["last"] or 0) // 2

    def _searches(self, who: str) -> None:
        from cases import rules
        from integrity.accounts.models import User

        known = rules.readable_by(User.objects.get(email=PEOPLE[who]))
        # One that the person may read, from the middle.
        case = known.filter(status="investigation", pk__gte=self._middle()).first()
        case = case or known.filter(status="investigation").first()
        assert case is not None
        respondent = case.respondents.select_related("user").get()
        for what, text in (
            ("a number", case.number),
            ("a part of a number", case.number[-6:]),
            ("a name", respondent.user.display_name),
            ("a rare word", "photosynthesis glaciers"),
            ("a frequent word", "sentence"),
            ("a beginning", "ph"),
            ("no such word", "zyzzyva"),
        ):
            self._name(f"search for {what}", who, "/desk/queue/", q=text)
        self._name(
            "search for a frequent word, by priority", who, "/desk/queue/",
            q="sentence", view="open", sort="priority",
        )  # fmt: skip

    def _cases(self, who: str) -> None:
        from cases import rules
        from integrity.accounts.models import User

        known = rules.readable_by(User.objects.get(email=PEOPLE[who])).order_by("-pk")
        for status in ("review", "closed") if who == "officer" else ("triage", "review"):
            case = known.filter(status=status).first()
            if case is not None:
                self._name(f"case page, {status}", who, f"/desk/cases/{case.number}/")

    def time(self, page: str, times: int) -> dict[str, Any]:
        """Milliseconds of each request, and queries of the last."""
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        taken = []
        for _time in range(times):
            begun = time.perf_counter()
            self.pages[page]()
            taken.append(1000 * (time.perf_counter() - begun))
        with CaptureQueriesContext(connection) as queries:
            self.pages[page]()
        return {"ms": taken, "queries": len(queries)}

    def plans(self, page: str) -> dict[str, Any]:
        """Statements of the page whose plan reads a large table from end to end, with the plan."""
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as queries:
            self.pages[page]()
        found = []
        with connection.cursor() as cursor:
            cursor.execute("SELECT relname FROM pg_class WHERE reltuples > %s", [LARGE])
            large = {name for (name,) in cursor.fetchall()}
            for query in queries.captured_queries:
                sql = query["sql"]
                if not sql.startswith("SELECT"):
                    continue
                cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}")
                plan = cursor.fetchone()[0][0]
                walked = sorted(set(_walked(plan["Plan"], large)))
                found.append(
                    {
                        "ms": plan["Execution Time"],
                        "walked": walked,
                        "sql": sql,
                        "plan": _shape(plan["Plan"]),
                    }
                )
        return {"plans": found}


def _walked(node: dict[str, Any], large: set[str]) -> list[str]:
    own = [node["Relation Name"]] if node["Node Type"] == "Seq Scan" else []
    own = [name for name in own if name in large and node["Actual Loops"]]
    return own + [name for part in node.get("Plans", []) for name in _walked(part, large)]


def _shape(node: dict[str, Any], depth: int = 0) -> list[str]:
    """A plan as short lines."""
    what = node.get("Index Name") or node.get("Relation Name") or ""
    rows = f"{node['Actual Rows']} of {node['Plan Rows']} rows, {node['Actual Loops']} times"
    line = f"{'  ' * depth}{node['Node Type']} {what} ({rows}, {node['Actual Total Time']:.1f} ms)"
    return [line, *(text for part in node.get("Plans", []) for text in _shape(part, depth + 1))]


def answer(told: dict[str, Any], desks: list[Desk]) -> dict[str, Any]:
    """Do what one line asks for."""
    if told["do"] == "seed":
        from cases.demo import scale

        return scale.build(
            cases=told["cases"], learners=scale.default_learners(told["cases"]), seed=1
        )
    if not desks:
        desks.append(Desk())
    if told["do"] == "pages":
        return {"pages": list(desks[0].pages)}
    if told["do"] == "time":
        return desks[0].time(told["page"], told["times"])
    return desks[0].plans(told["page"])


def main() -> None:
    """Answer until standard input ends."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "integrity.settings.test")
    django.setup()
    from django.conf import settings
    from django.test.utils import setup_test_environment

    setup_test_environment()
    # A server keeps its connection.
    settings.DATABASES["default"]["CONN_MAX_AGE"] = None
    desks: list[Desk] = []
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line), desks)), flush=True)


if __name__ == "__main__":
    main()
