"""A page of text for a terminal: titles, paragraphs, labelled lines, tables; coloured or not."""

from __future__ import annotations

from io import StringIO
from typing import Final

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

NARROWEST: Final = 40


class Page:
    """Lines of a terminal, written one after the other."""

    def __init__(self, width: int, *, colour: bool) -> None:
        self.width = max(width, NARROWEST)
        self._lines = StringIO()
        self._console = Console(
            file=self._lines,
            width=self.width,
            force_terminal=colour,
            color_system="standard" if colour else None,
            no_color=not colour,
            legacy_windows=False,
            highlight=False,
            markup=False,
            emoji=False,
            _environ={},  # what the environment says of colour is for the caller to read
        )

    def title(self, text: str) -> None:
        """What the page is about."""
        self._console.print(Text(text, "bold"))

    def heading(self, text: str) -> None:
        """The name of a section, after an empty line."""
        self.gap()
        self._console.print(Text(text, "bold underline"))

    def gap(self) -> None:
        """An empty line."""
        self._console.print()

    def say(self, text: str | Text, indent: int = 0) -> None:
        """A paragraph; nothing for empty text."""
        shown = Text(text) if isinstance(text, str) else text
        if shown.plain:
            self._console.print(Padding(shown, (0, 0, 0, indent)))

    def item(self, label: str, text: str | Text, indent: int = 1) -> None:
        """A line with its label; further lines stand under the text."""
        grid = Table.grid(padding=(0, 1))
        grid.add_column(no_wrap=True)
        grid.add_column(ratio=1)
        grid.add_row(Text(label), Text(text) if isinstance(text, str) else text)
        self._console.print(Padding(grid, (0, 0, 0, indent)))

    def table(self, table: Table) -> None:
        """A table."""
        self._console.print(table)

    def text(self) -> str:
        """All of it, without blanks at the ends of lines."""
        lines = (line.rstrip() for line in self._lines.getvalue().split("\n"))
        return "\n".join(lines).rstrip("\n") + "\n"
