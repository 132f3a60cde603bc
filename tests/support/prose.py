"""A chapter's prose: what a reader reads as sentences, with everything else blanked out.

Blanked means replaced by spaces, so that a place in the prose is the same place in the source.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from tests.support.typed import (
    ADMONITION,
    CODE,
    COMMENT,
    FRONT_MATTER,
    LINES,
    OPTION,
    without,
)

# In this order: what a pattern blanks, later ones do not see.
NOT_PROSE = [
    FRONT_MATTER,
    COMMENT,
    # A solution and the answer to a question are closed at first: nobody reads there first.
    re.compile(r"^```\{solution-start\}.*?^```\{solution-end\}\n```$", re.DOTALL | re.MULTILINE),
    re.compile(r"^(:{3,})\{admonition\} Answer:.*?^\1$", re.DOTALL | re.MULTILINE),
    # Goals name what is still to come.
    re.compile(r"^(:{3,})\{admonition\} Goals.*?^\1$", re.DOTALL | re.MULTILINE),
    re.compile(r"^(`{3,}).*?^\1`*$", re.DOTALL | re.MULTILINE),  # code, formulas, titles
    LINES,
    re.compile(r"^\$\$.*?^\$\$$", re.DOTALL | re.MULTILINE),
    re.compile(r"\{(?!term\})[\w:]+\}(`+).*?\1", re.DOTALL),  # roles
    CODE,
    re.compile(r"\$[^$]+\$"),
    re.compile(r"\[(?:[^][]|\[[^][]*\])*\]\([^)\s]+\)"),  # links
]

TERM = re.compile(r"\{term\}`(?P<text>[^`<]*?)(?:\s*<(?P<target>[^`>]*)>)?`")


def prose(source: str) -> str:
    """The source with everything but sentences blanked; {term} roles stay as they are."""
    # What a reader chooses from is a label on a button: a link there would be pressed by mistake.
    source = ADMONITION.sub(lambda box: without(OPTION, box[0]), source)
    source = TERM.sub(lambda role: role[0].replace("`", "\0"), source)  # no words of code
    for pattern in NOT_PROSE:
        source = without(pattern, source)
    return source.replace("\0", "`")


@dataclass(frozen=True)
class Linked:
    """A {term} role in a chapter: which name it leads to, and where it stands."""

    name: str
    start: int


def linked(source: str) -> list[Linked]:
    """The {term} roles of a source, wherever they stand, first to last."""
    return [
        Linked(" ".join((role["target"] or role["text"]).split()), role.start())
        for role in TERM.finditer(source)
    ]


def named(name: str) -> str:
    """A pattern for a name as it stands in a sentence: capitals at its start, plural, line ends.

    Names with a capital of their own (Adam, He's start) are looked for as they are.
    """
    words = r"\s+".join(re.escape(word) for word in name.split())
    pattern = rf"(?<![\w-]){words}(?:e?s)?(?![\w-])"
    return pattern if name != name.lower() else f"(?i:{pattern})"


def mentions(source: str, names: list[str]) -> dict[str, list[int]]:
    """Where each name stands in the prose without being a link. The longest name wins a place:
    "gradient descent" is no mention of "gradient"."""
    text = without(TERM, prose(source))
    found = {name: [] for name in names}
    longest_first = sorted(names, key=len, reverse=True)
    any_name = re.compile("|".join(f"({named(name)})" for name in longest_first))
    for match in any_name.finditer(text):
        found[longest_first[match.lastindex - 1]].append(match.start())
    return found


def glossary(path: Path) -> list[list[str]]:
    """The names of each entry of a page's {glossary}: the first one, and its other names."""
    (block,) = re.findall(
        r"^(?P<fence>`{3,}|:{3,})\{glossary\}\n(.*?)^(?P=fence)$",
        path.read_text(encoding="utf-8"),
        re.DOTALL | re.MULTILINE,
    )
    entries, names = [], []
    for line in block[1].splitlines():
        if line and not line.startswith((" ", ":")):
            names.append(line.strip())
        elif line.strip() and names:
            entries.append(names)
            names = []
    return entries
