"""Files as evidence (IN6): what is accepted, the clean copy, and where both are kept.

`accept` says what a file is by its content, `clean.copy` makes the copy that people may see,
`store` keeps original and copy sealed on disk under random names. No rows here:
`cases.services.evidence` binds all of it to a case.
"""

from cases.evidence.accept import Kind, recognise
from cases.evidence.errors import FileRefused, StorageFull
from cases.evidence.incoming import Incoming, StoredFile, received
from cases.evidence.preview import preview

__all__ = [
    "FileRefused",
    "Incoming",
    "Kind",
    "StorageFull",
    "StoredFile",
    "preview",
    "received",
    "recognise",
]
