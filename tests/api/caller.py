"""A program with a token, for tests."""

from __future__ import annotations

import json
from typing import Any

from django.test import Client

from integrity.accounts.models import User
from integrity.api import tokens
from integrity.api.scopes import Scope

ALL = tuple(Scope.values)
PROBLEM = "application/problem+json"


class Program:
    """Asks with a token of `user`; without one it asks as nobody."""

    def __init__(self, user: User | None = None, *scopes: str, **client: Any) -> None:
        self.client = Client(**client)
        self.secret = ""
        if user is not None:
            self.token, self.secret = tokens.create(user=user, name="Tests", scopes=scopes or ALL)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.secret}"} if self.secret else {}

    def ask(
        self, method: str, path: str, body: Any = None, *, raw: bytes | None = None, **headers: str
    ) -> Any:
        """Any request; `headers` are written with underscores."""
        data = raw if raw is not None else b"" if body is None else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.generic(
            method,
            f"/api/v1/{path}",
            data,
            content_type=named.pop("Content-Type", "application/json"),
            headers={**self.headers, **named},
        )

    def get(self, path: str, **headers: str) -> Any:
        return self.ask("GET", path, **headers)

    def post(self, path: str, body: Any, *, key: str = "", **headers: str) -> Any:
        more = {"Idempotency_Key": key} if key else {}
        return self.ask("POST", path, body, **more, **headers)


def refused(response: Any, status: int) -> dict[str, Any]:
    """The problem document of a refusal."""
    assert response.status_code == status, response.content
    assert response["Content-Type"] == PROBLEM
    body = response.json()
    assert body["status"] == status
    assert body["type"] == "about:blank"
    assert body["title"]
    return body
