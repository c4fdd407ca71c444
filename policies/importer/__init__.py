"""Takes over policies that others have written: plain text or Markdown, with page furniture or not.

`read_source` reads a file or says on which line it cannot. `import_text` turns the text into
Markdown, keeps every line that belongs to the policy word for word, and lists the lines it dropped
with the reason. `propose` finds violation types and consequences for an editor to confirm. The same
file always gives the same result.
"""

from policies.importer.document import Imported, Note, import_text
from policies.importer.furniture import Dropped
from policies.importer.proposals import Proposals, propose
from policies.importer.reading import CannotRead, decode, read_source

__all__ = [
    "CannotRead",
    "Dropped",
    "Imported",
    "Note",
    "Proposals",
    "decode",
    "import_text",
    "propose",
    "read_source",
]
