"""How an exported Word file looks: paper, fonts, colours, styles. Text is in ``word.py``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from docx.document import Document as WordDocument

_FONT = "Calibri"
_INK = "154273"
_QUIET = "4A5560"
_LINE = "B8C4D0"
_SHADE = "EEF3F8"
_WIDTH = 16.0
"""Of the text, in centimetres: A4 without its margins."""


@dataclass(frozen=True, slots=True)
class _Look:
    """A paragraph style: size and space in points, indents in centimetres (``hanging``: how far the first line stands out)."""

    name: str
    size: float
    bold: bool = False
    italic: bool = False
    colour: str = "000000"
    before: float = 0
    after: float = 6
    left: float = 0
    hanging: float = 0
    bar: str = ""
    shade: str = ""
    keep: bool = False


_LOOKS = (
    _Look("Normal", 11),
    _Look("Title", 22, bold=True, colour=_INK, after=12),
    _Look("Heading 1", 15, bold=True, colour=_INK, before=24, after=6, keep=True),
    _Look("Heading 2", 12.5, bold=True, colour=_INK, before=16, after=6, keep=True),
    _Look("Header", 9, colour=_QUIET, after=0),
    _Look("Footer", 9, colour=_QUIET, after=0),
    _Look("List Number", 11, after=3, left=0.7, hanging=0.7),
    _Look("List Bullet", 11, after=3, left=0.7, hanging=0.7),
    _Look("Quote", 11, after=0, left=1.1, bar=_LINE, keep=True),
    _Look("Question", 11, after=3, left=0.4, bar=_INK),
    _Look("Fact", 11, after=3, left=3, hanging=3),
    _Look("Notice", 11, after=0, left=0.4, bar=_INK, shade=_SHADE),
    _Look("Outcome", 10.5, italic=True, colour=_QUIET),
    _Look("Place", 11, bold=True, before=10, after=4, left=0.8, hanging=0.8, keep=True),
    _Look("Source", 10, after=3, left=0.8),
)


def dress(word: WordDocument, language: str) -> None:
    """Set paper, language (as Word names it) and styles of a new document."""
    from docx.shared import Cm

    section = word.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.5)
    section.top_margin, section.bottom_margin = Cm(2.8), Cm(2.4)
    _speak(word, language)
    for look in _LOOKS:
        _style(word, look)
    for name in ("Header", "Footer"):
        _one_tab(word.styles[name], _WIDTH, right=True)
    for name, position in (("Fact", 3.0), ("Place", 0.8)):
        _one_tab(word.styles[name], position)
    _link_style(word)


def _style(word: WordDocument, look: _Look) -> None:
    from docx.enum.style import WD_STYLE_TYPE
    from docx.shared import Cm, Pt, RGBColor

    known = {style.name for style in word.styles}
    style: Any = word.styles[look.name] if look.name in known else word.styles.add_style(look.name, WD_STYLE_TYPE.PARAGRAPH)
    if look.name not in known:
        style.base_style = word.styles["Normal"]
    font, form = style.font, style.paragraph_format
    _own_font(style)
    font.size, font.bold, font.italic = Pt(look.size), look.bold, look.italic
    font.color.rgb = RGBColor.from_string(look.colour)
    form.space_before, form.space_after, form.line_spacing = Pt(look.before), Pt(look.after), 1.12
    form.left_indent, form.first_line_indent = Cm(look.left), Cm(-look.hanging)
    form.keep_with_next = look.keep
    _frame(style, look)


def _own_font(style: Any) -> None:
    """Name the font; the template's theme fonts would win otherwise."""
    from docx.oxml.ns import qn

    style.font.name = _FONT
    fonts = style.element.rPr.rFonts
    for name in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{name}"), None)


def _frame(style: Any, look: _Look) -> None:
    """A bar at the left and a shade behind, in the place that the schema has for them; the template's own line goes."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    properties = style.element.get_or_add_pPr()
    for old in [*properties.findall(qn("w:pBdr")), *properties.findall(qn("w:contextualSpacing"))]:
        properties.remove(old)
    after = [qn(f"w:{name}") for name in ("tabs", "spacing", "ind", "contextualSpacing", "jc", "outlineLvl")]
    anchor = next((child for child in properties if child.tag in after), None)
    made = []
    if look.bar:
        border = OxmlElement("w:pBdr")
        if look.shade:
            border.append(element("w:top", val="single", sz="8", space="5", color=look.shade))
        border.append(element("w:left", val="single", sz="18", space="8", color=look.bar))
        if look.shade:
            border.append(element("w:bottom", val="single", sz="8", space="5", color=look.shade))
        made.append(border)
    if look.shade:
        made.append(element("w:shd", val="clear", color="auto", fill=look.shade))
    for part in made:
        if anchor is None:
            properties.append(part)
        else:
            anchor.addprevious(part)


def _one_tab(style: Any, centimetres: float, *, right: bool = False) -> None:
    from docx.enum.text import WD_TAB_ALIGNMENT
    from docx.shared import Cm

    stops = style.paragraph_format.tab_stops
    stops.clear_all()
    stops.add_tab_stop(Cm(centimetres), WD_TAB_ALIGNMENT.RIGHT if right else WD_TAB_ALIGNMENT.LEFT)


def _link_style(word: WordDocument) -> None:
    from docx.enum.style import WD_STYLE_TYPE
    from docx.shared import RGBColor

    style: Any = word.styles.add_style("Hyperlink", WD_STYLE_TYPE.CHARACTER)
    style.font.color.rgb = RGBColor.from_string(_INK)
    style.font.underline = True


def _speak(word: WordDocument, language: str) -> None:
    """The language of the whole document, and Word's present layout instead of the one for older files."""
    from docx.oxml.ns import qn

    word.styles.element.find(f".//{qn('w:docDefaults')}//{qn('w:lang')}").set(qn("w:val"), language)
    settings = word.settings.element
    settings.find(qn("w:themeFontLang")).set(qn("w:val"), language)
    for setting in settings.iter(qn("w:compatSetting")):
        if setting.get(qn("w:name")) == "compatibilityMode":
            setting.set(qn("w:val"), "15")


def element(tag: str, /, **attributes: str) -> Any:
    """An element of Word's XML; the names of its attributes are without their prefix."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    made = OxmlElement(tag)
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), value)
    return made
