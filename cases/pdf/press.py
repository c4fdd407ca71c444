"""Prints one document: `python -I press.py`, JSON on standard input, the PDF on standard output.

A program of its own, without Django, environment or keys, and bound in memory and time: a text that
takes too much to set ends this process and nothing else. It reads the files beside it and no
others, and opens no connection.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

HERE = Path(__file__).parent
MEMORY_BYTES = 2_000_000_000
CPU_SECONDS = 45


def confine() -> None:
    """Bound this process. Only Linux honours all; elsewhere the caller's clock still holds."""
    if sys.platform != "linux":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> int:
    """Set the document. Where a letter has no shape in any font, it is set without the standard."""
    import typst

    asked = json.loads(sys.stdin.buffer.read())
    name = asked["name"]
    if not name.isidentifier():
        return 2
    fonts = typst.Fonts(include_system_fonts=False, font_paths=[str(HERE / "fonts")])
    compiler = typst.Compiler(
        str(HERE / "templates" / f"{name}.typ"), root=str(HERE / "templates"), font_paths=fonts
    )
    inputs = {"data": json.dumps(asked["data"])}
    try:
        made = compiler.compile(format="pdf", sys_inputs=inputs, pdf_standards=["ua-1"])
    except typst.TypstError:
        made = compiler.compile(format="pdf", sys_inputs=inputs)
    if not isinstance(made, bytes):
        return 3
    sys.stdout.buffer.write(made)
    return 0


if __name__ == "__main__":
    confine()
    sys.exit(main())
