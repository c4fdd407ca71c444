"""Paper: a document is a Typst file beside this one and data, printed by a process of its own.

The data are JSON and never markup: whatever stands in a text, the document shows it. A document is
tagged (PDF/UA-1) so that it can be read aloud, brings its fonts, and says nothing of who made it or
when. To add one: a file `templates/<name>.typ` that begins with `#import "page.typ": *` and reads
`data`, and a function that makes its data.
"""

from cases.pdf.printing import CannotPrint, answer, print_out, printed

__all__ = ["CannotPrint", "answer", "print_out", "printed"]
