"""NIST SP 800-53 from an OSCAL catalogue: groups of controls, and in each control its enhancements. PURE.

Read as of OSCAL 1.0.0-rc1 (one label a control) and 1.1 (three: plain, zero-padded and that of SP 800-53A).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from governance.catalogues import oscal
from governance.catalogues.documents import EXPECTED, Unreadable, once, part, parts, plain, words
from governance.catalogues.identifiers import control_id
from governance.catalogues.values import CONTROLS, Controls, PublishedControl, Release

# By these a catalogue says that it was made from a profile, and holds only what the profile took.
_RESOLVED_LINKS = {"source-profile", "source-profile-uuid", "resolution-source"}
_RESOLVED_PROPS = {"resolution-tool", "resolution-timestamp"}


def read(document: dict[str, Any]) -> Controls:
    """Every control and enhancement, the withdrawn ones among them. Raises Unreadable."""
    catalog = part(document, "catalog")
    oscal.title_of(catalog, EXPECTED["controls"])
    controls = tuple(_control(item) for item in _items(catalog))
    if not controls:
        raise Unreadable("holds no control")
    once((control.id for control in controls), "control")
    is_whole = not _is_resolved(part(catalog, "metadata"))
    title = "NIST SP 800-53" if is_whole else "NIST SP 800-53 in part"
    return Controls(Release(CONTROLS, title, oscal.version_of(catalog)), controls, is_whole)


def _items(catalog: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Controls in the order of the file, however deeply groups and controls are nested."""
    waiting = [("group", catalog)]
    while waiting:
        kind, item = waiting.pop()
        if kind == "control":
            yield item
        inside = [("group", group) for group in parts(item, "groups")]
        inside += [("control", control) for control in parts(item, "controls")]
        waiting += reversed(inside)


def _control(item: dict[str, Any]) -> PublishedControl:
    props = parts(item, "props")
    number = _number(item, props)
    status = {plain(str(prop.get("value"))).lower() for prop in props if prop.get("name") == "status"}
    return PublishedControl(number, words(item, "title", of=number, most=250), "withdrawn" in status)


def _number(item: dict[str, Any], props: list[dict[str, Any]]) -> str:
    """A control's id in our spelling: by its plain label, another label, or the name the file links it by."""
    labels = sorted((prop for prop in props if prop.get("name") == "label"), key=lambda prop: "class" in prop)
    for written in (*(prop.get("value") for prop in labels), item.get("id")):
        if isinstance(written, str) and (number := control_id(written)):
            return number
    raise Unreadable(f"is not in its publisher's form: {plain(str(item.get('title')))[:80]} has no control's id")


def _is_resolved(metadata: dict[str, Any]) -> bool:
    return any(link.get("rel") in _RESOLVED_LINKS for link in parts(metadata, "links")) or any(
        prop.get("name") in _RESOLVED_PROPS for prop in parts(metadata, "props")
    )
