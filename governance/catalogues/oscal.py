"""What OSCAL's catalogues and profiles have in common: the title and version of what they are about. PURE."""

from __future__ import annotations

import re
from typing import Any

from governance.catalogues.documents import Unreadable, part, plain, words

_REVISION = re.compile(r"\bRev(?:ision|\.)?\s*(\d+)", re.IGNORECASE)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def title_of(document: dict[str, Any], expected: str) -> str:
    """The title, which must speak of SP 800-53 and of no revision before the fifth. Raises Unreadable."""
    title = words(part(document, "metadata"), "title", of="its metadata", most=500)
    if "800-53" not in title:
        raise Unreadable(f"is about something else, {title[:100]}; expected was {expected}")
    revision = _REVISION.search(title)
    if revision and int(revision[1]) < 5:
        raise Unreadable(f"is about Revision {revision[1]}; expected was {expected}", "Take the file of Revision 5.")
    return title


def version_of(document: dict[str, Any]) -> str:
    """The version with the day it was last modified: NIST corrects a version without another number."""
    metadata = part(document, "metadata")
    version = words(metadata, "version", of="its metadata", most=40)
    day = _DAY.match(plain(str(metadata.get("last-modified") or "")))
    return f"{version} ({day[0]})" if day else version
