"""Bounds on what a clean copy may cost. Data, so that it can be argued about.

No Django here: the process that opens files reads this too.
"""

# A 48 megapixel photograph passes, a picture that unfolds to gigabytes does not (HOSTILE 43).
MAX_IMAGE_PIXELS = 50_000_000
MAX_IMAGE_SIDE = 20_000
MAX_PDF_PAGES = 50
PDF_DOTS_PER_INCH = 144
MAX_PAGE_PIXELS = 4_000_000
MAX_PAGE_SIDE = 8_000
JPEG_QUALITY = 88

# Of the process that opens one file.
MEMORY_BYTES = 1_500_000_000
CPU_SECONDS = 30
WALL_SECONDS = 60
# How many files one web or worker process opens at the same time; others wait for their turn.
AT_ONCE = 2

# How much of a text a page shows; the file has all of it.
PREVIEW_CHARACTERS = 4_000
