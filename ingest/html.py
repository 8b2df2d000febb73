"""HTML of a mail → plain text, without what the mail program marked as quoted or signature."""

from __future__ import annotations

import re
from html import unescape
from typing import Final

from selectolax.lexbor import LexborHTMLParser

from ingest.strings import clean

MAX_HTML_CHARACTERS: Final = 256 * 1024
#: The parser's time grows with the square of the depth: of hostile HTML less is read.
_MAX_TAGS: Final = 20_000
_MAX_DENSE_CHARACTERS: Final = 48 * 1024
#: A line that the quotation cut knows: all behind it is quoted.
QUOTATION_FOLLOWS: Final = "-----Original Message-----"

_DROPPED: Final = ", ".join(
    (
        "head, style, script, title, template, noscript",
        "blockquote.gmail_quote, .gmail_attr, .gmail_signature, [data-smartmail=gmail_signature]",
        "blockquote[type=cite], .moz-cite-prefix, .moz-signature",
        ".yahoo_quoted, .protonmail_quote, .protonmail_signature_block, .tutanota_quote",
        "#Signature, #ms-outlook-mobile-signature, .ms-outlook-mobile-signature",
        "#mail-editor-reference-message-container, .zmail_extra, .mailspring_quote",
        "blockquote[style*=border-left], [style*='display:none'], [style*='display: none']",
    )
)
_FOLLOWED: Final = (
    "#divRplyFwdMsg, #appendonsend, #stopSpelling, .OutlookMessageHeader, #reply-intro"
)
_SPACE: Final = re.compile(r"\s+")
_BREAK: Final = re.compile(
    r"(?i)<(?:br|hr)\b[^>]*>|</?(?:p|div|tr|li|ul|ol|table|h[1-6]|blockquote|pre|dt|dd|section|"
    r"article|header|footer|address|center)\b[^>]*>"
)
_PARAGRAPH: Final = re.compile(r"(?i)</(?:p|h[1-6]|ul|ol|table|blockquote)\s*>")
_TAG: Final = re.compile(r"<[^>]*>")
_BLANKS: Final = re.compile(r"[^\S\n]+")
_EMPTY_LINES: Final = re.compile(r"\n\s*\n\s*")


def to_text(html: str) -> str:
    """The text a reader would see, a line for each block; quotations marked as such are gone."""
    html = html[:MAX_HTML_CHARACTERS]
    if html.count("<") > _MAX_TAGS:
        html = html[:_MAX_DENSE_CHARACTERS]
    tree = LexborHTMLParser(html)
    for node in tree.css(_DROPPED):
        node.decompose()
    for node in tree.css(_FOLLOWED):
        node.insert_before(f"\n{QUOTATION_FOLLOWS}\n")
    body = tree.body
    return _lines(body.html or "") if body is not None else ""


def _lines(html: str) -> str:
    text = _SPACE.sub(" ", html.replace(f"\n{QUOTATION_FOLLOWS}\n", f"<p>{QUOTATION_FOLLOWS}</p>"))
    text = _BREAK.sub("\n", _PARAGRAPH.sub("\n\n", text))
    text = unescape(_TAG.sub("", text)).replace("\xa0", " ")
    text = _BLANKS.sub(" ", clean(text))
    lines = [line.strip() for line in text.split("\n")]
    return _EMPTY_LINES.sub("\n\n", "\n".join(lines)).strip()
