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

# Of one clean copy: a few kilobytes of drawing can fill fifty pages with noise.
MAX_COPY_BYTES = 64_000_000

# Of an archive (HOSTILE 42): a report of JPlag has a file a pair, a document some dozens.
MAX_ZIP_ENTRIES = 20_000
MAX_ZIP_UNPACKED_BYTES = 200_000_000
# Of one file in it. Text of a document shrinks to a tenth; what shrinks more is no text.
MAX_ZIP_RATIO = 200
# Below this a high ratio costs nothing: a form of blanks is small.
ZIP_RATIO_FROM_BYTES = 1_000_000
MAX_XML_BYTES = 30_000_000
MAX_XML_DEPTH = 200
MAX_JSON_BYTES = 50_000_000
# Of a text: pages of the desk count its lines and cover them.
MAX_TEXT_LINES = 100_000
# About 300 printed pages.
MAX_DOCUMENT_CHARACTERS = 1_000_000

# Of the result of a similarity tool: the highest pairs are kept.
MAX_PAIRS = 500
MAX_PAIR_NAME = 200

# Of the process that opens one file.
MEMORY_BYTES = 1_500_000_000
CPU_SECONDS = 30
WALL_SECONDS = 60
# How many files one web or worker process opens at the same time; others wait for their turn, but
# not for ever: files that take long must not hold up every page of the site.
AT_ONCE = 2
TURN_SECONDS = 20.0

# How much of a text a page shows; the file has all of it.
PREVIEW_CHARACTERS = 4_000

# Of the virus scanner: until it must have answered, and how much of an answer is read.
SCAN_CONNECT_SECONDS = 5.0
SCAN_SECONDS = 30.0
SCAN_CHUNK_BYTES = 64 * 1024
SCAN_ANSWER_BYTES = 4_096
# How many held files one run of the task looks at.
SCAN_BATCH = 200
