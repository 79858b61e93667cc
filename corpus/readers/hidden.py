"""What an HTML page holds but does not show."""

from __future__ import annotations

import re
from typing import Any

_NEVER = frozenset(
    {"script", "style", "template", "noscript", "head", "iframe", "object", "embed", "svg", "canvas", "audio", "video", "select"}
    | {"option", "datalist", "textarea", "input", "button", "dialog", "meter", "progress", "map"}
)
_NOTHING = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|opacity\s*:\s*0(?:\.0+)?\s*(?:;|$|!)"
    r"|font-size\s*:\s*0(?:\.0+)?(?:px|pt|em|rem|%)?\s*(?:;|$|!)|font-size\s*:\s*0?\.\d+px|content-visibility\s*:\s*hidden"
    r"|(?:left|right|top|bottom|text-indent|margin-left|margin-top)\s*:\s*-\d{3,}|transform\s*:\s*scale\(\s*0\s*\)"
    r"|clip\s*:\s*rect\(\s*(?:0|1px)|clip-path\s*:\s*(?:inset\((?:50|100)%|circle\(0)"
    r"|(?:^|;|\s)(?:max-)?(?:height|width)\s*:\s*[01](?:px)?\s*;.*overflow\s*:\s*hidden",
    re.I | re.S,
)
_COLOUR = re.compile(r"(?:^|;)\s*color\s*:\s*([^;!]+)", re.I)
_BACKGROUND = re.compile(r"(?:^|;)\s*background(?:-color)?\s*:\s*([^;!]+)", re.I)
_WHITE = re.compile(r"(?:white|#f{3}(?:f{3})?|rgba?\(\s*255\s*,\s*255\s*,\s*255.*|hsl\(.*100%\s*\))$", re.I)
_CLEAR = re.compile(r"transparent|rgba\(.*,\s*0(?:\.0+)?\s*\)$", re.I)
_RULE = re.compile(r"([^{}@;]+)\{([^{}]*)\}")
_ASIDE = re.compile(r"/\*.*?\*/|@media[^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}", re.S)
_SIMPLE = re.compile(r"([a-z][a-z0-9]*)?(?:([.#])([\w-]+))?$", re.I)


class Hiding:
    """Tells whether an element is hidden: by what it is, its attributes, its style, or a simple rule of a style sheet."""

    def __init__(self, sheets: str) -> None:
        self._rules: list[tuple[str, str, str]] = []
        # Rules within @media hold for print or small screens only; what they hide is shown elsewhere.
        for selectors, body in _RULE.findall(
            re.sub(r"/\*.*?\*/|@media[^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}", "", sheets, flags=re.S)
        ):
            if _NOTHING.search(body):
                for selector in selectors.split(","):
                    simple = _SIMPLE.match(selector.strip())
                    if simple and selector.strip():
                        self._rules.append((simple.group(1) or "", simple.group(2) or "", simple.group(3) or ""))

    def hides(self, element: Any, background: str) -> bool:
        """Whether the element and all in it are unseen; ``background`` is the colour behind it ("" for the page's own)."""
        if not isinstance(element.tag, str) or element.tag in _NEVER:
            return True
        if element.get("hidden") is not None or element.get("aria-hidden", "").lower() == "true":
            return True
        style = element.get("style", "")
        return bool(_NOTHING.search(style)) or _unseen(style, background) or any(_fits(element, rule) for rule in self._rules)


def background_of(element: Any, behind: str) -> str:
    """The colour behind an element's text: its own, else the one behind it."""
    own = _BACKGROUND.search(element.get("style", "")) if isinstance(element.tag, str) else None
    return own.group(1).strip() if own else behind


def _unseen(style: str, background: str) -> bool:
    colour = _COLOUR.search(style)
    if not colour:
        return False
    own = _BACKGROUND.search(style)
    behind = own.group(1).strip() if own else background
    said = colour.group(1).strip()
    if _CLEAR.match(said):
        return True
    return said.lower() == behind.lower() or bool(_WHITE.match(said) and (not behind or _WHITE.match(behind)))


def _fits(element: Any, rule: tuple[str, str, str]) -> bool:
    tag, sign, name = rule
    if tag and element.tag != tag.lower():
        return False
    if sign == ".":
        return name in element.get("class", "").split()
    return element.get("id") == name if sign == "#" else bool(tag)
