"""Many drawings of one figure as one drawing and what differs.

Two states of a figure are nearly the same tree: a path's `d` moved, a label's text
changed. `merge` walks all states at once and returns the first state's tree together with
its slots: the places that vary, each with its distinct contents. Where even the structure
differs (a tick more, another number of lines) the slot is the run of children that differs,
kept in a group of its own.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from explorable.svg import Element

TEXT, MARKUP = "#text", "#markup"
_PLAIN = re.compile(r"[MLCQz\d .-]+")
_COMMAND = re.compile(r"([MLCQz])([^MLCQz]*)")
_POINTS = {"M": 1, "L": 1, "Q": 2, "C": 3, "z": 0}  # points that each path command takes


@dataclass
class Slot:
    """A place in the tree that varies: an attribute, TEXT, or MARKUP (all of its children).

    contents: the distinct values; choice[state] is an index into them. None: no attribute.
    """

    element: Element
    what: str
    contents: list[str | None]
    choice: tuple[int, ...]


def merge(frames: Sequence[Element], first: int = 0) -> tuple[Element, list[Slot]]:
    """The tree of frame `first` and the slots by which the other frames differ from it."""
    if not frames:
        raise ValueError("frames: got none, expected at least one drawing")
    slots: list[Slot] = []
    return _merge(list(frames), first, slots), slots


def _merge(frames: list[Element], first: int, slots: list[Slot]) -> Element:
    base = frames[first]
    merged = Element(base.tag, dict(base.attributes), [], base.text, base.kind)
    names = dict.fromkeys(name for frame in frames for name in frame.attributes)
    for name in names:
        _slot(merged, name, [frame.attributes.get(name) for frame in frames], slots)
    if any(frame.text for frame in frames) and any(frame.children for frame in frames):
        # Text among elements: setting one would wipe out the other, so both go together.
        _slot(merged, MARKUP, [frame.inner_markup() for frame in frames], slots)
        merged.children = base.children
        return merged
    _slot(merged, TEXT, [frame.text for frame in frames], slots)
    kinds = [[child.kind for child in frame.children] for frame in frames]
    head = _common(kinds)
    tail = _common([k[head:][::-1] for k in kinds])
    for i in range(head):
        merged.children.append(_merge([f.children[i] for f in frames], first, slots))
    middles = [f.children[head : len(f.children) - tail] for f in frames]
    if any(middles):
        group = Element("g", children=middles[first])
        _slot(group, MARKUP, ["".join(c.markup() for c in m) for m in middles], slots)
        merged.children.append(group)
    for i in range(tail, 0, -1):
        merged.children.append(_merge([f.children[-i] for f in frames], first, slots))
    return merged


def _slot(element: Element, what: str, contents: list[str | None], slots: list[Slot]) -> None:
    if all(content == contents[0] for content in contents):
        return
    distinct = {content: index for index, content in enumerate(dict.fromkeys(contents))}
    choice = tuple(distinct[content] for content in contents)
    slots.append(Slot(element, what, list(distinct), choice))


def _common(lists: list[list[str]]) -> int:
    """How many leading entries all lists share."""
    count = 0
    for column in zip(*lists, strict=False):
        if any(entry != column[0] for entry in column):
            break
        count += 1
    return count


def encode(root: Element, slots: Sequence[Slot]) -> dict:
    """The slots as plain data for the page: elements by their place in document order.

    Slots that choose alike share one list of choices: a figure has many slots, but few
    ways of depending on its controls.
    """
    place = {id(element): index for index, element in enumerate(_walk(root))}
    choices: dict[tuple[int, ...], int] = {}
    rows = [
        [
            place[id(slot.element)],
            slot.what,
            choices.setdefault(slot.choice, len(choices)),
            [encode_path(c) for c in slot.contents] if slot.what == "d" else slot.contents,
        ]
        for slot in slots
    ]
    return {"choices": [list(choice) for choice in choices], "slots": rows}


def encode_path(d: str | None) -> list | str | None:
    """A path as [commands, x, y]: second differences of its points in hundredths.

    A curve that is drawn is smooth, so its second differences are small numbers, and small
    numbers compress: a third of the bytes of `d`, and nothing is lost. What is no plain
    path of absolute M, L, Q, C and z stays as it is.
    """
    if not d or not _PLAIN.fullmatch(d):
        return d
    commands, numbers = [], []
    for letter, rest in _COMMAND.findall(d):
        commands.append(letter)
        numbers += [round(100 * float(number)) for number in rest.split()]
    encoded = [_runs(commands), *_second(numbers)]
    return encoded if decode_path(encoded) == d else d


def decode_path(encoded: list) -> str:
    """The inverse of `encode_path`; the page's script does the same."""
    runs, *columns = encoded
    x, y = (_sums(_sums(column)) for column in columns)
    pieces, point = [], 0
    for letter, count in re.findall(r"([A-Za-z])(\d*)", runs):
        for _ in range(int(count or 1)):
            size = _POINTS[letter]
            points = zip(x[point : point + size], y[point : point + size], strict=True)
            pieces.append(letter + " ".join(f"{_decimal(a)} {_decimal(b)}" for a, b in points))
            point += size
    return "".join(pieces)


def _runs(commands: list[str]) -> str:
    """M, L, L, L → "ML3"."""
    return re.sub(r"([A-Z])\1+", lambda m: f"{m[1]}{len(m[0])}", "".join(commands))


def _second(numbers: list[int]) -> tuple[list[int], list[int]]:
    return tuple(_differences(_differences(numbers[i::2])) for i in (0, 1))


def _differences(numbers: list[int]) -> list[int]:
    return [b - a for a, b in zip([0, *numbers], numbers, strict=False)]


def _sums(numbers: list[int]) -> list[int]:
    return list(accumulate(numbers))


def _decimal(hundredths: int) -> str:
    return f"{hundredths / 100:.2f}".rstrip("0").rstrip(".")


def _walk(element: Element) -> Iterator[Element]:
    yield element
    for child in element.children:
        yield from _walk(child)
