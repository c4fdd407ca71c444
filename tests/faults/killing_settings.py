"""Settings of the web process that is killed: as tests, outermost the middleware that does it."""

from integrity.settings.test import *  # noqa: F403
from integrity.settings.test import MIDDLEWARE

MIDDLEWARE = ["tests.faults.killing.Killing", *MIDDLEWARE]
