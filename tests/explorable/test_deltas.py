"""Merging states loses nothing."""

import itertools
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorable.deltas import MARKUP, TEXT, decode_path, encode, encode_path, merge
from explorable.svg import Element, figure_to_svg
from tests.explorable import figures


def without_groups(markup):
    """Groups with no attributes draw nothing: `merge` adds some, so they do not count."""
    pattern = re.compile(r"<g>((?:(?!<g[ >]|</g>).)*)</g>|<g></g>", re.S)
    marked = re.compile(r"<g( [^>]*)>((?:(?!<g[ >]|</g>).)*)</g>", re.S)
    before = None
    while before != markup:
        before = markup
        markup = pattern.sub(lambda m: m[1] or "", markup)
        markup = marked.sub(r"<G\1>\2</G>", markup)
    return markup


def states(draw, controls):
    values = []
    for given_values in controls.values():
        if isinstance(given_values, bool):
            values.append([False, True])
        elif isinstance(given_values, list):
            values.append(given_values)
        elif isinstance(given_values[0], int):
            values.append(range(given_values[0], given_values[1] + 1))
        else:
            low, high, by = given_values
            values.append([low + k * by for k in range(round((high - low) / by) + 1)])
    for combination in itertools.product(*values):
        result = draw(**dict(zip(controls, combination, strict=True)))
        yield figure_to_svg(result[0] if isinstance(result, tuple) else result, "salt")


def applied(root, frames, state):
    """Put a state's contents into the tree as the page's script does, and write it out."""
    elements = []

    def collect(element):
        elements.append(element)
        for child in element.children:
            collect(child)

    collect(root)
    kept = [(e, dict(e.attributes), e.text, list(e.children)) for e in elements]
    for place, what, choices, contents in frames["slots"]:
        content = contents[frames["choices"][choices][state]]
        element = elements[place]
        if isinstance(content, list):
            content = decode_path(content)
        if what == TEXT:
            element.text = content
        elif what == MARKUP:
            element.children = [Element("RAW", {}, [], content)]
        elif content is None:
            element.attributes.pop(what, None)
        else:
            element.attributes[what] = content
    # RAW children hold markup already: write them as they are
    markup = root.markup()
    markup = re.sub(
        r"<RAW>(.*?)</RAW>",
        lambda m: m[1].replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"),
        markup,
        flags=re.S,
    )
    for element, attributes, text, children in kept:
        element.attributes, element.text, element.children = attributes, text, children
    return markup


def attributes_sorted(markup):
    def tidy(match):
        pairs = sorted(re.findall(r' ([\w:-]+)="([^"]*)"', match[2]))
        return f"<{match[1]}" + "".join(f' {k}="{v}"' for k, v in pairs) + ">"

    return re.sub(r'<([\w]+)((?: [\w:-]+="[^"]*")+)>', tidy, markup)


@pytest.mark.parametrize(
    ("draw", "controls"), figures.AWKWARD, ids=[d.__name__ for d, _ in figures.AWKWARD]
)
def test_every_state_comes_back_whole_from_the_first_and_its_differences(draw, controls):
    drawings = list(states(draw, controls))
    first = len(drawings) // 2
    root, slots = merge(drawings, first)
    frames = json.loads(json.dumps(encode(root, slots)))
    assert without_groups(root.markup()) == without_groups(drawings[first].markup())
    for state, drawing in enumerate(drawings):
        back = attributes_sorted(without_groups(applied(root, frames, state)))
        assert back == attributes_sorted(without_groups(drawing.markup()))


def test_a_moved_line_costs_one_slot_not_a_redrawing():
    drawings = list(states(figures.wave, {"slope": (0.5, 2.0, 0.5), "unit": ["sin"]}))
    _, slots = merge(drawings)
    assert [slot.what for slot in slots] == ["d"]


def test_a_tick_more_leaves_the_lines_alone():
    _, slots = merge(list(states(figures.moving_ticks, {"top": [1.0, 3.0]})))
    replaced = "".join(c for s in slots if s.what == MARKUP for c in s.contents)
    curve = max(
        re.findall(r'd="[^"]+"', figure_to_svg(figures.moving_ticks(), "s").markup()), key=len
    )
    assert replaced and curve not in replaced


hundredths = st.integers(-(10**6), 10**6).map(lambda n: f"{n / 100:.2f}".rstrip("0").rstrip("."))
point = st.tuples(hundredths, hundredths).map(" ".join)
command = st.one_of(
    st.tuples(st.sampled_from("ML"), point).map("".join),
    st.tuples(st.just("C"), st.lists(point, min_size=3, max_size=3).map(" ".join)).map("".join),
    st.tuples(st.just("Q"), st.lists(point, min_size=2, max_size=2).map(" ".join)).map("".join),
    st.just("z"),
)


@given(st.lists(command, min_size=1).map("".join))
def test_any_path_survives_its_encoding(d):
    encoded = encode_path(d)
    assert isinstance(encoded, list)
    assert decode_path(encoded) == d


@pytest.mark.parametrize("d", [None, "", "M1 2a1 1 0 0 0 5 5", "M0.001 2L3 4", "m1 2"])
def test_what_is_no_plain_path_is_left_as_it_is(d):
    assert encode_path(d) == d


def test_no_frames_is_an_error():
    with pytest.raises(ValueError, match="frames: got none"):
        merge([])
