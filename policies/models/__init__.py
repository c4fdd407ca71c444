"""Policies, what they name, and the schemes that go with them: one file per noun."""

from policies.models.document import Document
from policies.models.scheme import Scheme, SchemeVersion
from policies.models.version import Consequence, Version, ViolationType

__all__ = ["Consequence", "Document", "Scheme", "SchemeVersion", "Version", "ViolationType"]
