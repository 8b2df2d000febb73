"""Days that people name in their mails, in seven languages; see ``en.toml``.

``mentions`` reads one text; ``columns`` reads whole frames; ``absence`` reads automatic replies.
"""

from analyzer.days.reading import Told, mentions

__all__ = ["Told", "mentions"]
