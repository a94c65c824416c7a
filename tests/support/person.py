"""A person of the cast at a browser, as far as HTTP goes: signs in by the form, reads the page, presses a button.

For tests of live portals whose subject is not the page itself. How the pages look and behave is tested with a real
browser (tests/support/browser.py).
"""

from __future__ import annotations

import html
import re

import requests

from tests.support.cast import PASSWORD
from tests.support.portal import LivePortal

_SECONDS = 60


class Browser:
    """One person's session with a live portal."""

    def __init__(self, portal: LivePortal, username: str):
        self.portal = portal
        self.username = username
        self.session = requests.Session()

    def sign_in(self) -> Browser:
        """Sign in by the form."""
        form = {"csrfmiddlewaretoken": self._token("/accounts/login/"), "login": self.username, "password": PASSWORD}
        answer = self._post("/accounts/login/", form)
        assert answer.status_code == 302, f"{self.username} could not sign in: HTTP {answer.status_code}"
        return self

    def read(self, path: str) -> str:
        """The page at a path."""
        answer = self.session.get(self.portal.base_url + path, timeout=_SECONDS)
        answer.raise_for_status()
        return answer.text

    def press(self, path: str, **fields: str) -> requests.Response:
        """Fill in the form at a path and send it. A form that was accepted answers with a redirect (302)."""
        return self._post(path, {"csrfmiddlewaretoken": self._token(path), **fields})

    def decide(self, action_id: int | str, verdict: str, reason: str = "") -> requests.Response:
        """Open an action's page and press one of its buttons, with the digest that page showed.

        302 when the vote was taken; otherwise the page, with the reason why not (409 when somebody was faster).
        """
        return self.send_decision(action_id, self.read(f"/actions/{action_id}/"), verdict, reason)

    def send_decision(self, action_id: int | str, page: str, verdict: str, reason: str = "") -> requests.Response:
        """Press a button of a page opened before."""
        form = {name: hidden(page, name) for name in ("csrfmiddlewaretoken", "digest")}
        if 'name="password"' in page:
            form["password"] = PASSWORD
        return self._post(f"/actions/{action_id}/decide/", {**form, "verdict": verdict, "reason": reason})

    def approve(self, action_id: int | str, reason: str = "") -> None:
        """Approve, and insist that it worked."""
        self._insist(self.decide(action_id, "approve", reason))

    def reject(self, action_id: int | str, reason: str) -> None:
        """Reject, and insist that it worked."""
        self._insist(self.decide(action_id, "reject", reason))

    def make_move(self, action_id: int | str, slug: str, **fields: str) -> None:
        """One of the other moves of an action's page, and insist that it worked."""
        given = {"csrfmiddlewaretoken": self._token(f"/actions/{action_id}/")}
        given |= {f"{slug}-{name}": value for name, value in fields.items()}
        self._insist(self._post(f"/actions/{action_id}/{slug}/", given))

    def send_back(self, action_id: int | str, reason: str) -> None:
        """Request changes, and insist that it worked."""
        form = {"request-changes-digest": hidden(self.read(f"/actions/{action_id}/"), "digest")}
        form |= {"request-changes-reason": reason, "request-changes-preset": ""}
        form["csrfmiddlewaretoken"] = self._token(f"/actions/{action_id}/")
        self._insist(self._post(f"/actions/{action_id}/request-changes/", form))

    def _insist(self, answer: requests.Response) -> None:
        why = re.search(r'role="alert".*?</div>', answer.text, re.DOTALL)
        assert answer.status_code == 302, f"{self.username}: HTTP {answer.status_code} {why[0] if why else ''}"

    def _token(self, path: str) -> str:
        return hidden(self.read(path), "csrfmiddlewaretoken")

    def _post(self, path: str, form: dict[str, str]) -> requests.Response:
        return self.session.post(self.portal.base_url + path, data=form, timeout=_SECONDS, allow_redirects=False)


def hidden(page: str, name: str) -> str:
    """The value of a hidden field."""
    match = re.search(rf'name="{name}"[^>]*value="([^"]+)"', page)
    assert match, f"no hidden field {name} in this page:\n{page}"
    return html.unescape(match[1])
