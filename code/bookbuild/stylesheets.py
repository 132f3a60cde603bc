"""CSS, read by tinycss2: which rules a site can use, and which fonts a page loads."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import pairwise

import tinycss2
from tinycss2.ast import Node

NESTED = {"media", "supports", "layer", "container"}
"""At-rules that hold rules."""

RELATIVE = re.compile(r"""url\((["']?)(?!["']|data:|#|/|\w+:)([^"')?#]+)""")
"""A path in a stylesheet that leads from the stylesheet's folder."""


def purge(css: str, present: set[str]) -> str:
    """The rules of `css` whose classes and ids are all `present`, in their order."""
    rules = tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True)
    return "\n".join(_usable(rules, present))


def _usable(rules: Iterable[Node], present: set[str]) -> Iterator[str]:
    for rule in rules:
        if rule.type == "at-rule":
            # @charset and @import have no content; what they load is given here by its name.
            # @font-face: the theme's only web fonts are its icon fonts.
            if rule.content is None or rule.lower_at_keyword == "font-face":
                continue
            head = f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude)}".strip()
            if rule.lower_at_keyword not in NESTED:
                yield f"{head}{{{_block(rule.content)}}}"
                continue
            inside = tinycss2.parse_rule_list(
                rule.content, skip_comments=True, skip_whitespace=True
            )
            if kept := "\n".join(_usable(inside, present)):
                yield f"{head}{{{kept}}}"
        elif rule.type == "qualified-rule":  # browsers pass over the others, which are mistakes
            used = [part for part in selectors(rule.prelude) if names(part) <= present]
            if used:
                head = ",".join(tinycss2.serialize(part).strip() for part in used)
                yield f"{head}{{{_block(rule.content)}}}"


def _block(content: list[Node]) -> str:
    return tinycss2.serialize(token for token in content if token.type != "comment")


def selectors(prelude: list[Node]) -> list[list[Node]]:
    """A selector list, split at its commas."""
    parts: list[list[Node]] = [[]]
    for token in prelude:
        if token == ",":
            parts.append([])
        elif token.type != "comment":
            parts[-1].append(token)
    return parts


def names(selector: list[Node]) -> set[str]:
    """The classes and ids that must be on a page for the selector to match anything.

    What stands in :not(), :is() and the like is left out: it need not occur.
    """
    ids = {token.value for token in selector if token.type == "hash"}
    pairs = pairwise(selector)
    return ids | {b.value for a, b in pairs if a == "." and b.type == "ident"}


def moved(css: str, folder: str) -> str:
    """The same stylesheet for a place from which its own folder is `folder`."""
    return RELATIVE.sub(rf"url(\1{folder}/\2", css)


def files(css: str) -> set[str]:
    """The files that a stylesheet names by a path from its own folder."""
    return {path for _, path in RELATIVE.findall(css)}


def fonts(css: str, present: set[str]) -> set[str]:
    """Files of the @font-face rules that a page with the classes and ids `present` loads.

    A font counts when some rule that names its family, weight and style could match by its
    classes: rather one font too many than one too few.
    """
    faces, rules = _fonts(css)
    return {faces[font] for needed, font in rules if needed <= present and font in faces}


Font = tuple[str, str, str]
"""Family, weight, style."""


@cache
def _fonts(css: str) -> tuple[dict[Font, str], list[tuple[set[str], Font]]]:
    """The file of each font, and the fonts of each rule with the names that its selector needs.

    A rule that names no family inherits KaTeX's main one.
    """
    faces: dict[Font, str] = {}
    rules: list[tuple[set[str], Font]] = []
    for rule in tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True):
        if rule.type not in ("qualified-rule", "at-rule") or rule.content is None:
            continue
        values = {
            declaration.name: tinycss2.serialize(declaration.value).strip()
            for declaration in tinycss2.parse_blocks_contents(rule.content)
            if declaration.type == "declaration"
        }
        short = re.search(r"KaTeX_\w+", values.get("font", ""))
        family = values.get("font-family") or (short[0] if short else "")
        weight = values.get("font-weight", "400")
        weight = {"normal": "400", "bold": "700"}.get(weight, weight)
        font = (family.split(",")[0] or "KaTeX_Main", weight, values.get("font-style", "normal"))
        if rule.type == "at-rule":
            if rule.lower_at_keyword == "font-face":
                faces[font] = min(files(values["src"]))
        elif family or values.keys() & {"font-weight", "font-style"}:
            rules += [(names(part), font) for part in selectors(rule.prelude)]
    return faces, rules
