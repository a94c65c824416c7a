"""What a person made of an agent's content, as a Submission of its own. PURE."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from actions import strict_json
from actions.contract import CONSUMED, Submission, parse
from actions.differences import differences
from governance import frozen_words
from governance.errors import BodyTooLarge, MalformedBody

# Who asks, and under which name, stays with the agent, whoever else writes the rest.
_NOT_EDITED = ("agent_id", "agent_name")


def parse_edited(text: str, before: dict[str, Any], most: int) -> Submission:
    """Turn what a person made of a stored content into a Submission. `most` is the limit of a body, in bytes.

    Every check of parse holds. A secret that was taken out stays out, and a description the portal derived is derived
    again unless the person wrote another.

    Raises what strict_json.parse and parse raise, BodyTooLarge, and MalformedBody when the agent's own name was
    touched, or nothing was.
    """
    try:
        body = strict_json.parse(text.encode(errors="surrogatepass"))
    except MalformedBody as refused:
        raise MalformedBody(_unread(refused), errors=refused.errors) from None
    if not isinstance(body, dict):
        raise MalformedBody(_("The edited content is not a JSON object. Nothing was written. Keep the outer braces."))
    touched = [name for name in _NOT_EDITED if body.get(name) != before.get(name)]
    touched += sorted(CONSUMED.intersection(body))
    if touched:
        raise MalformedBody(
            _("An edit leaves {names} as the agent sent it. Nothing was written. Put it back.").format(
                names=", ".join(touched)
            ),
            errors=dict.fromkeys(touched, _("An edit leaves this as it is.")),
        )
    if body.pop("description_derived", False) and body.get("description") == before.get("description"):
        del body["description"]
    edited = parse(body, lenient=True)
    if len(edited.content.encode()) > most:
        raise BodyTooLarge
    if not differences(before, edited.payload):
        raise MalformedBody(_("Nothing was edited. Nothing was written. Change something, or approve it as it is."))
    return edited


def _unread(refused: MalformedBody) -> str:
    """What a person who edited reads, in their language; the place in it is said as agents read it."""
    said = refused.sentence.replace("body", "edited content", 1)
    if frozen_words.is_english():
        return said
    return _("The edited content cannot be read. Nothing was written. Correct it and send it again: {said}").format(
        said=said
    )
