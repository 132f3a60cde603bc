"""A matplotlib figure as a small, themed, deterministic tree of SVG elements.

What matplotlib writes is a document of its own: fixed colours, a global style rule,
ids that clash with the next figure's, six decimals. A page needs less and other things:
greys that follow the theme, data colours that it can tune, ids of one's own.
"""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from xml.etree import ElementTree

import matplotlib
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

_NUMBER = re.compile(r"-?\d+\.\d+")
_HEX = re.compile(r"#[0-9a-f]{6}\b")
_SANS = re.compile(r"font-family: (?:'DejaVu Sans'|[^;]*, sans-serif)(?:; |$)")
_NO_TURN = re.compile(r"\s*\brotate\(-?0(?:\.0*)?(?: [^)]*)?\)")
_COUNTED = re.compile(r"_\d+$")
_GEOMETRY = {"d", "transform", "x", "y", "width", "height", "points", "cx", "cy", "r"}
_ROOT_STYLE = "stroke-linejoin:round;stroke-linecap:butt;fill:currentColor"


@dataclass
class Element:
    """One SVG element. `kind` is what siblings are matched by: tag and matplotlib's own name."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list["Element"] = field(default_factory=list)
    text: str = ""
    kind: str = ""

    def markup(self) -> str:
        return "".join(self._pieces())

    def inner_markup(self) -> str:
        return escape(self.text, quote=False) + "".join(c.markup() for c in self.children)

    def _pieces(self) -> Iterator[str]:
        yield f"<{self.tag}"
        for name, value in self.attributes.items():
            yield f' {name}="{escape(value)}"'
        yield f">{self.inner_markup()}</{self.tag}>"


def figure_to_svg(figure: Figure, salt: str) -> Element:
    """Draw `figure` and return its themed SVG.

    salt: the figure's id on the page; it keeps two figures' internal ids apart and makes
    two runs byte-identical.
    """
    buffer = io.StringIO()
    # Ids are hashes of what they name, salted; text stays text, set in the page's own font.
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": salt}):
        figure.savefig(buffer, format="svg", metadata={"Date": None}, transparent=True)
        theme = _theme()
    tree = ElementTree.fromstring(buffer.getvalue())
    root = _element(tree, theme)
    root.attributes = {"viewBox": root.attributes["viewBox"], "style": _ROOT_STYLE}
    return root


def _theme() -> dict[str, str]:
    """matplotlib's colours → what the page may restyle: ink, paper and the data colours."""
    colours = matplotlib.rcParams["axes.prop_cycle"].by_key().get("color", [])
    theme = {
        to_hex(colour): f"var(--fig-c{index},{to_hex(colour)})"
        for index, colour in enumerate(colours)
    }
    theme["#ffffff"] = "var(--fig-paper,#ffffff)"
    theme[to_hex(matplotlib.rcParams["text.color"])] = "currentColor"
    return theme


def _element(node: ElementTree.Element, theme: dict[str, str]) -> Element:
    tag = _local(node.tag)
    attributes = {}
    kind = tag
    for key, value in node.attrib.items():
        name = _local(key)
        if name == "id" and tag == "image":
            continue  # a hash of the pixels; nothing refers to it, and equal images would share it
        if name == "id" and tag == "g":
            kind = f"{tag} {_COUNTED.sub('', value)}"
            if _COUNTED.search(value):
                continue  # matplotlib's own numbering: nothing refers to it
        if name == "style":
            value = _style(value, theme)
        elif name == "d":
            value = _path(value)
        elif name in _GEOMETRY:
            value = _rounded(_NO_TURN.sub("", value))
            if not value:
                continue
        elif name in ("fill", "stroke"):
            value = _HEX.sub(lambda m: theme.get(m[0], m[0]), value)
        attributes[name] = value
    children = [
        _element(child, theme) for child in node if _local(child.tag) not in ("metadata", "style")
    ]
    children = [c for c in children if not (c.tag == "defs" and not c.children)]
    text = node.text or ""
    return Element(tag, attributes, children, text if text.strip() else "", kind)


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def _style(style: str, theme: dict[str, str]) -> str:
    style = _SANS.sub("", style)  # the size stays, the family is the page's
    style = _HEX.sub(lambda m: theme.get(m[0], m[0]), style)
    return _rounded(style).replace(": ", ":").replace("; ", ";").rstrip("; ")


def _path(d: str) -> str:
    """Two decimals of a point are finer than any screen; the blanks say nothing."""
    return re.sub(r"\s*([A-Za-z])\s*", r"\1", _rounded(d)).replace("\n", " ").strip()


def _rounded(text: str) -> str:
    return _NUMBER.sub(_two_decimals, text)


def _two_decimals(match: re.Match) -> str:
    short = f"{float(match[0]):.2f}".rstrip("0").rstrip(".")
    return "0" if short == "-0" else short
