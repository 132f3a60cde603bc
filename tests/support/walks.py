"""One walk through a figure: every value of every control, and what the page says to each.

The values are set by one script in the page, which is as quick as the page itself. What only a hand
does, keys and the mouse, is tried on a few values of each control, by real events.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from playwright.sync_api import Locator, Page

# Pictures are told apart by numbers: the same number, the same drawing.
SCRIPT = """(id) => {
  const root = document.getElementById(id);
  const svg = root.querySelector("svg");
  const controls = [...root.querySelectorAll(".explorable-controls :is(input, select)")];
  const seen = new Map();
  const picture = () => {
    const drawn = root.querySelector("svg").outerHTML;
    if (!seen.has(drawn)) seen.set(drawn, seen.size);
    return seen.get(drawn);
  };
  const sizes = controls.map((c) => c.type === "checkbox" ? 2
    : c.type === "range" ? Number(c.max) + 1 : c.options.length);
  const read = (c) => c.type === "checkbox" ? Number(c.checked)
    : c.type === "range" ? Number(c.value) : c.selectedIndex;
  const handler = [], layout = [];
  const turn = (c, index) => {
    if (read(c) === index) return;
    if (c.type === "checkbox") c.checked = Boolean(index);
    else if (c.type === "range") c.value = index;
    else c.selectedIndex = index;
    const start = performance.now();
    c.dispatchEvent(new Event("input", { bubbles: true }));
    const end = performance.now();
    svg.getBoundingClientRect();
    handler.push(end - start);
    layout.push(performance.now() - start);
  };
  const output = (c) => root.querySelector(`output[for='${c.id}']`)?.textContent;
  const told = (c) => [read(c), picture(), output(c)];
  const values = () => {
    const start = picture();
    return controls.map((c, k) => {
      const initial = read(c), shown = [], said = [], spoken = [];
      for (let index = 0; index < sizes[k]; index++) {
        turn(c, index);
        shown.push(picture());
        said.push(output(c));
        spoken.push(c.getAttribute("aria-valuetext"));
      }
      const backwards = shown.map((_, i) => (turn(c, sizes[k] - 1 - i), picture())).reverse();
      turn(c, initial);
      const back = picture() === start;
      const values = { shown, backwards, said, spoken };
      return { name: c.id, kind: c.type, size: sizes[k], initial, ...values, back };
    });
  };
  // All states in turn, as a hand would reach them: one event per changed control.
  const states = () => {
    const total = sizes.reduce((a, b) => a * b, 1), initial = controls.map(read);
    for (let state = 0; state < total; state++) {
      let rest = state;
      for (let k = controls.length - 1; k >= 0; k--) {
        turn(controls[k], rest % sizes[k]);
        rest = Math.floor(rest / sizes[k]);
      }
    }
    initial.forEach((index, k) => turn(controls[k], index));
    return total;
  };
  const timed = (way) => {
    handler.length = layout.length = 0;
    const found = way();
    return { found, handler: [...handler], layout: [...layout] };
  };
  const walk = { values: () => timed(values), states: () => timed(states),
    told: (k) => told(controls[k]), turn: (k, index) => turn(controls[k], index) };
  (window.walks ??= {})[id] = walk;
}"""


@dataclass
class Control:
    """What a figure said to each value of a control, the other controls at their start."""

    name: str
    kind: str
    size: int
    initial: int
    shown: list[int]
    backwards: list[int]
    said: list[str | None]
    spoken: list[str | None]
    back: bool
    by_key: dict[str, tuple[int, tuple]] = field(default_factory=dict)
    dragged: tuple[int, tuple] | None = None

    def value(self, index: int) -> tuple:
        """(its position, the picture, its words) as the walk saw them at one value."""
        return index, self.shown[index], self.said[index]


def figure_on(page: Page, figure_id: str) -> Locator:
    """The figure, come near, with its other states loaded."""
    figure = page.locator(f"#{figure_id}")
    figure.scroll_into_view_if_needed()
    page.locator(f"#{figure_id}.is-loaded").wait_for(state="attached")
    return figure


MOST_WALKS = 12


def answer_times(page: Page, figure_id: str, way: str) -> Iterator[tuple[list[float], list[float]]]:
    """Milliseconds to answer each step of a way ("values" or "states"): alone, and with layout.

    After each walk the least so far of each step, since whatever else the machine does can only add
    time. Who is content with them asks for no other walk.
    """
    figure_on(page, figure_id)
    page.evaluate(SCRIPT, figure_id)
    walks = []
    for _ in range(MOST_WALKS):
        walks.append(page.evaluate(f"(id) => walks[id].{way}()", figure_id))
        handler, layout = (
            [min(times) for times in zip(*(walk[kind] for walk in walks), strict=True)]
            for kind in ("handler", "layout")
        )
        yield handler, layout


def walk(page: Page, figure_id: str) -> list[Control]:
    """Through all values by script, then a few by keys and by the mouse; all ends as it was."""
    figure_on(page, figure_id)
    page.evaluate(SCRIPT, figure_id)
    found = page.evaluate("(id) => walks[id].values()", figure_id)["found"]
    controls = [Control(**control) for control in found]
    for number, control in enumerate(controls):
        place = page.locator(f"#{control.name}")
        press_keys(page, figure_id, number, control, place)
        if control.kind == "range":
            drag(page, figure_id, number, control, place)
    return controls


def told(page: Page, figure_id: str, number: int) -> tuple:
    return tuple(page.evaluate("([id, k]) => walks[id].told(k)", [figure_id, number]))


def turn(page: Page, figure_id: str, number: int, index: int) -> None:
    page.evaluate("([id, k, index]) => walks[id].turn(k, index)", [figure_id, number, index])


def press_keys(page: Page, figure_id: str, number: int, control: Control, place: Locator) -> None:
    """From the keyboard alone: note where each key should lead, and what is shown there."""
    last = control.size - 1
    if control.kind == "checkbox":
        keys = [("Space", 1 - control.initial), ("Space again", control.initial)]
    elif control.kind == "range":
        keys = [("End", last), ("ArrowLeft", last - 1), ("Home", 0), ("ArrowRight", 1)]
    else:
        turn(page, figure_id, number, 0)
        keys = [("ArrowDown", 1), ("ArrowUp", 0)]
    place.focus()
    for key, aim in keys:
        place.press(key.removesuffix(" again"))
        control.by_key[key] = aim, told(page, figure_id, number)
    turn(page, figure_id, number, control.initial)


def drag(page: Page, figure_id: str, number: int, control: Control, slider: Locator) -> None:
    """Drag a slider from its middle to the end that is farther from where it stands."""
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    middle = box["y"] + box["height"] / 2
    at_right = control.initial > control.size / 2
    page.mouse.move(box["x"] + box["width"] / 2, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + (2 if at_right else box["width"] - 2), middle, steps=5)
    page.mouse.up()
    control.dragged = 0 if at_right else control.size - 1, told(page, figure_id, number)
    turn(page, figure_id, number, control.initial)
