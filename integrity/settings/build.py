"""For building the container image: static files as production names them; no keys, no servers."""

from integrity.settings.base import *
from integrity.settings.base import MANIFEST_STORAGES

STORAGES = MANIFEST_STORAGES
