"""Who asks: a token in `Authorization: Bearer`, and nothing else.

A session does not open the API, so no page of another site can use it with somebody's cookies
(HOSTILE 13).
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from integrity.accounts.models import User
from integrity.accounts.selectors import active_restriction
from integrity.api import limits, tokens
from integrity.api.models import ApiToken
from integrity.web.clients import address_of

REALM = 'Bearer realm="api"'


class BearerAuthentication(BaseAuthentication):
    """The owner of the token, who may be anybody with an active account.

    Roles and restrictions are read anew on every request. Whoever tries many wrong tokens waits;
    a good one is never kept out by that.
    """

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        parts = get_authorization_header(request).split()
        if not parts:
            return None
        kind, *rest = parts
        token = None
        if kind.lower() == b"bearer" and len(rest) == 1:
            token = tokens.find(rest[0].decode("latin-1"))
        if token is None:
            self._refuse(request)
            raise AuthenticationFailed(_("The token is unknown, revoked or too old."))
        tokens.note_use(token)
        return token.user, token

    @staticmethod
    def _refuse(request: Request) -> None:
        if wait := limits.wait_for("bad-token", address_of(request), limits.BAD_TOKENS):
            raise Throttled(wait=wait)

    def authenticate_header(self, request: HttpRequest) -> str:
        return REALM


class TokenAllows(BasePermission):
    """The token has the scope the view names for the method, and its owner is not restricted.

    What a view does not name is allowed to nobody. Somebody suspended or expelled can read letters
    and nothing else, to the second.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        token = request.auth
        if not isinstance(token, ApiToken):
            return False
        method = "GET" if request.method == "HEAD" else str(request.method)
        if method not in view.scopes:
            # The view answers 405.
            return method not in view.allowed_methods
        if not view.open_to_restricted and active_restriction(token.user) is not None:
            self.message = str(_("Your account is restricted."))
            return False
        scope = view.scopes[method]
        if scope and scope not in token.scopes:
            text = _("The token does not have the scope %(scope)s.") % {"scope": scope}
            self.message = str(text)
            return False
        return True
