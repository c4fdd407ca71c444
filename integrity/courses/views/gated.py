"""What a learner meets who has something to do before a course opens to them."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import ParamSpec, cast
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from integrity.courses.gates import Closed

Args = ParamSpec("Args")


def gated(view: Callable[Args, HttpResponse]) -> Callable[Args, HttpResponse]:
    """Lead a reader from a closed course to what they have to do, and with `next` back again.

    What is sent to a closed course is refused (403); it is not done later by itself.
    """

    @wraps(view)
    def asked(*args: Args.args, **kwargs: Args.kwargs) -> HttpResponse:
        request = cast(HttpRequest, args[0])
        try:
            return view(*args, **kwargs)
        except Closed as closed:
            if request.method not in ("GET", "HEAD"):
                raise
            way = f"{closed.gate.url}?{urlencode({'next': request.get_full_path()})}"
            return HttpResponseRedirect(way, status=HTTPStatus.SEE_OTHER)

    return asked
