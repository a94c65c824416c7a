"""Whether words of a page are drawn, so that somebody who looks at the screen can read them.

Words in the page's text prove little: they may have no size, lie beyond the edge or under something, be clipped, or
have the colour of their ground. Here they must have a box inside the page, the pointer must find them in its middle,
and the picture of it must hold two colours that differ.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

from playwright.sync_api import Page

# Where to look (a selector, or one with the key of a payload's row), and the words to find there.
Wanted = tuple[str, str | None, str]

# Taller pictures than this are cut by Chromium.
_TALLEST = 16_000
# Less contrast than this in a picture is no letter. WCAG asks text for more, which axe looks at: thin lines lose some.
_CONTRAST = 2.0

_LOOK = """(wanted) => {
  const page = document.documentElement;
  const lines = [...document.querySelectorAll("#payload li")];
  const rows = new Map(lines.map((li) => [li.querySelector(".k")?.textContent, li]));
  const nodesOf = (root, word) => {
    const found = [], walk = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) if (walk.currentNode.data.includes(word)) found.push(walk.currentNode);
    return found;
  };
  const faultOf = (node, boxes) => {
    if (!boxes.length) return "no box";
    for (let at = node.parentElement; at; at = at.parentElement) {
      const style = getComputedStyle(at);
      if (style.visibility !== "visible" || style.opacity < 0.5) return "transparent";
    }
    for (const box of boxes) {
      if (box.width < 2 || box.height < 6) return "no size";
      const isBeside = box.left < 0 || box.right > page.clientWidth;
      if (isBeside || box.top < 0 || box.bottom > innerHeight) return "outside the page";
      const hit = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
      if (!hit || !(hit === node.parentElement || node.parentElement.contains(hit))) return `under ${hit?.tagName}`;
    }
    return "";
  };
  return wanted.map(([where, key, word]) => {
    const root = key === null ? document.querySelector(where) : rows.get(key);
    const nodes = root ? nodesOf(root, word) : [];
    if (!root?.innerText.includes(word)) return { fault: "not in the text of the page", boxes: [] };
    let fault = "not there", boxes = [];
    for (const node of nodes) {
      const range = document.createRange(), at = node.data.indexOf(word);
      range.setStart(node, at);
      range.setEnd(node, at + word.length);
      boxes = [...range.getClientRects()].map(({ left, top, right, bottom, width, height }) =>
        ({ left, top, right, bottom, width, height }));
      fault = faultOf(node, boxes);
      if (!fault) break;
    }
    return { fault, boxes };
  });
}"""

# In a page of its own, where no policy forbids it: the lightest and the darkest colour in each box, as their contrast.
_CONTRASTS = """async ([picture, lists]) => {
  const bytes = Uint8Array.from(atob(picture), (char) => char.charCodeAt(0));
  const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.drawImage(bitmap, 0, 0);
  const part = (value) => (value /= 255) <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  const contrast = (box) => {
    const { data } = pen.getImageData(box.left, box.top, Math.ceil(box.width), Math.ceil(box.height));
    let low = 1, high = 0;
    for (let at = 0; at < data.length; at += 4) {
      const light = 0.2126 * part(data[at]) + 0.7152 * part(data[at + 1]) + 0.0722 * part(data[at + 2]);
      low = Math.min(low, light);
      high = Math.max(high, light);
    }
    return (high + 0.05) / (low + 0.05);
  };
  return lists.map((boxes) => Math.min(...boxes.map(contrast)));
}"""


def faults(page: Page, blank: Page, wanted: Sequence[Wanted]) -> dict[Wanted, str]:
    """What keeps a reader of the page from each of the words, where anything does. `blank` is any empty page."""
    found = page.evaluate(_LOOK, [list(one) for one in wanted])
    seen = [number for number, one in enumerate(found) if not one["fault"]]
    picture = base64.b64encode(page.screenshot(animations="disabled")).decode()
    contrasts = blank.evaluate(_CONTRASTS, [picture, [found[number]["boxes"] for number in seen]])
    for number, contrast in zip(seen, contrasts, strict=True):
        if contrast < _CONTRAST:
            found[number]["fault"] = f"as good as one colour: contrast {contrast:.1f}"
    return {word: one["fault"] for word, one in zip(wanted, found, strict=True) if one["fault"]}


def in_full_height(page: Page, width: int) -> None:
    """Make the window as high as the page, so that all of it is on the screen at once."""
    page.set_viewport_size({"width": width, "height": 900})
    height: Any = page.evaluate("document.documentElement.scrollHeight")
    assert height < _TALLEST, f"{page.url} is {height} high"
    page.set_viewport_size({"width": width, "height": height})
