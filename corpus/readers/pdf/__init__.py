"""PDF: words with their places become lines, columns, and passages.

``document.py`` reads the file sheet by sheet: ``letters.py`` (words), ``shapes.py`` (boxes and tables), ``lines.py`` (lines).
With the whole file known, ``furniture.py`` takes running heads away, ``columns.py`` finds the reading order, ``notes.py`` the
footnotes, ``headings.py`` and ``passages.py`` say what each line is.
"""

from corpus.readers.pdf.document import read_pdf

__all__ = ["read_pdf"]
