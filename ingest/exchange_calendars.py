"""The calendars of a mailbox on an Exchange Server: which of them are the user's own."""

from __future__ import annotations

from typing import Final

from ingest.exchange_xml import FolderChange
from ingest.graph_calendars import FIXED, OTHERS

#: What holds entries that people make; that of birthdays is one below it.
_CLASS: Final = "ipf.appointment"
#: Bits that Exchange keeps in a part which [MS-OXOCFG] 2.2.7.1.2 calls reserved, and by which
#: Outlook on the web tells the user's own calendars from those of others: shared by somebody, by a
#: person, by a user of Outlook.com, by another company.
_SHARED_IN: Final = 0x400 | 0x2000 | 0x2000_0000 | 0x4000_0000
#: Read from the web, as holidays and fixtures are, or from a file there.
_FROM_THE_WEB: Final = 0x100 | 0x200
_READ_ONLY: Final = 0x40


def why_left_out(folder: FolderChange) -> str:
    """Why a calendar is not read, ``""`` for one of the user's own.

    In a calendar that its owner cannot write in nobody is invited: Exchange fills it by itself.
    """
    if folder.flags & _FROM_THE_WEB:
        return FIXED
    if folder.flags & _SHARED_IN:
        return OTHERS
    own = folder.folder_class.lower() == _CLASS and folder.writable
    return "" if own and not folder.flags & _READ_ONLY else FIXED
