"""One figure of 200 states as three tools publish it: ours, matplotlib's and Panel's.

`python -m benchmarks.explorers` builds each in turn ROUNDS times, opens each in Chromium, and
prints a Markdown table. Times are medians over rounds, taken in one run on one machine.

Time to answer is the 95th percentile over all states of: input event → the page's script has
run, the picture it set is decoded, and the layout is done.
"""

import os
import re
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import explorable
from benchmarks.report import kilobytes, machine, p95, scripts, table
from benchmarks.two_panels import SLOPES, UNITS, two_panels
from booktools.browser import launched
from tests.support.server import served

ROUNDS = 3
STATES = [(slope, unit) for slope in SLOPES for unit in UNITS]


@dataclass
class Result:
    """What one tool's page costs: its own bytes, its scripts', and time."""

    page: tuple[float, float] = (0, 0)
    script: tuple[float, float] = (0, 0)
    built: list[float] = field(default_factory=list)
    answered: list[float] = field(default_factory=list)


def build_ours(folder: Path) -> Result:
    os.environ["EXPLORABLE_STATIC"] = str(folder / "frames")
    from explorable import static

    static._used_ids.clear()
    html = explorable.explore(two_panels, slope=[*SLOPES], unit=UNITS, max_kilobytes=1000).html
    del os.environ["EXPLORABLE_STATIC"]
    package = Path(explorable.__file__).parent
    script, style = (package / f"explorable.{kind}" for kind in ("js", "css"))
    shutil.copy(script, folder / "frames")
    (frames,) = (p for p in (folder / "frames").glob("*.js") if p.name != "explorable.js")
    (folder / "index.html").write_text(
        f"<!doctype html><meta charset=utf-8><style>{style.read_text()}</style>{html}"
        '<script src="frames/explorable.js"></script>',
        encoding="utf-8",
    )
    figure = html.encode() + style.read_bytes() + frames.read_bytes()
    return Result(page=kilobytes(figure), script=kilobytes(script.read_bytes()))


def build_jshtml(folder: Path) -> Result:
    """matplotlib's player has one axis: the states follow each other as frames."""
    from matplotlib.animation import FuncAnimation
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=two_panels().get_size_inches())
    FigureCanvasAgg(figure)

    def draw(state):
        """Move one state's axes over; a player keeps a single figure."""
        figure.clear()
        for axes in two_panels(*state).axes:
            axes.remove()
            axes.figure = figure
            figure.add_axes(axes)
        return []

    import matplotlib

    with matplotlib.rc_context({"animation.embed_limit": 200}):
        player = FuncAnimation(figure, draw, STATES, init_func=lambda: []).to_jshtml()
    (folder / "index.html").write_text(f"<!doctype html>{player}", encoding="utf-8")
    code = re.sub(r'"data:image[^"]*"', "", scripts(player))
    assert len(code) < len(player) / 10, "the frames were counted as code"
    return Result(page=kilobytes(player), script=kilobytes(code))


def build_panel(folder: Path) -> Result:
    import panel as pn
    from bokeh.resources import INLINE

    pn.extension()
    slope = pn.widgets.DiscreteSlider(name="slope", options=SLOPES, value=1.0)
    unit = pn.widgets.Select(name="unit", options=UNITS, value="tanh")

    def show(slope, unit):
        return pn.pane.Matplotlib(two_panels(slope, unit), format="svg", tight=False)

    app = pn.Column(slope, unit, pn.bind(show, slope, unit))
    path = folder / "index.html"
    app.save(str(path), embed=True, max_states=1000, max_opts=100, resources=INLINE, progress=False)
    html = path.read_text(encoding="utf-8")
    data = re.findall(r"<script[^>]*application/json[^>]*>(.*?)</script>", html, re.DOTALL)
    return Result(page=kilobytes("".join(data)), script=kilobytes(scripts(html)))


# Each page's own way to turn a control, then: wait for what it shows, and lay it out.
TURN_OURS = """async () => {
  const [slope, unit] = document.querySelectorAll("select");
  const svg = document.querySelector("figure svg");
  const times = [];
  for (let s = 0; s < slope.options.length; s++) for (let u = 0; u < unit.options.length; u++) {
    for (const [control, index] of [[slope, s], [unit, u]]) {
      if (control.selectedIndex === index) continue;
      const before = svg.outerHTML, start = performance.now();
      control.selectedIndex = index;
      control.dispatchEvent(new Event("input", { bubbles: true }));
      svg.getBoundingClientRect();
      times.push(performance.now() - start);
      if (svg.outerHTML === before) throw new Error("nothing moved");
    }
  }
  return times;
}"""
TURN_JSHTML = """async () => {
  const slider = document.querySelector("input[type=range]");
  const image = document.querySelector(".animation img, img");
  const times = [];
  for (let k = 1; k <= Number(slider.max); k++) {
    const before = image.src, start = performance.now();
    slider.value = k;
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    slider.dispatchEvent(new Event("change", { bubbles: true }));
    await image.decode();
    image.getBoundingClientRect();
    times.push(performance.now() - start);
    if (image.src === before) throw new Error("nothing moved");
  }
  return times;
}"""
TURN_PANEL = """async () => {
  const find = (root) => {
    for (const e of root.querySelectorAll("*")) {
      if (e.tagName.toLowerCase() === "svg" && e.viewBox.baseVal?.width > 100) return e;
      const found = e.shadowRoot && find(e.shadowRoot);
      if (found) return found;
    }
    return null;
  };
  const models = [...Bokeh.documents[0]._all_models.values()];
  const slope = models.find((m) => m.type === "Slider");
  const unit = models.find((m) => /Select$/.test(m.type));
  const units = unit.options.map((option) => Array.isArray(option) ? option[0] : option);
  const turn = () => new Promise((done) => setTimeout(done));
  const times = [];
  for (let s = slope.start; s <= slope.end; s++) for (const u of units) {
    for (const [model, value] of [[slope, s], [unit, u]]) {
      if (model.value === value) continue;
      const before = find(document), start = performance.now();
      model.value = value;
      // The drawing is replaced as a whole, some time after the event.
      while (before.isConnected || !find(document)) {
        if (performance.now() - start > 3000) throw new Error(`nothing moved at ${s} ${u}`);
        await turn();
      }
      find(document).getBoundingClientRect();
      times.push(performance.now() - start);
    }
  }
  return times;
}"""

TOOLS: dict[str, tuple[Callable[[Path], Result], str]] = {
    "`explore`": (build_ours, TURN_OURS),
    "matplotlib `to_jshtml`": (build_jshtml, TURN_JSHTML),
    "Panel `embed`": (build_panel, TURN_PANEL),
}


def measure() -> dict[str, Result]:
    results: dict[str, Result] = {}
    with tempfile.TemporaryDirectory() as scratch, launched() as browser:
        for turn in range(ROUNDS):
            for name, (build, answer) in TOOLS.items():
                folder = Path(scratch) / f"{turn}-{list(TOOLS).index(name)}"
                folder.mkdir()
                start = time.perf_counter()
                result = build(folder)
                built = time.perf_counter() - start
                results.setdefault(name, result).built.append(built)
                with served(folder) as url:
                    page = browser.new_page()
                    # No stranger is asked: their icons play no part in the numbers.
                    page.route(
                        lambda address, own=url: not address.startswith((own, "data:", "blob:")),
                        lambda route: route.abort(),
                    )
                    page.goto(url)
                    page.wait_for_load_state("networkidle")
                    page.wait_for_timeout(1000)
                    results[name].answered.append(p95(page.evaluate(answer)))
                    page.close()
    return results


def main() -> None:
    results = measure()
    rows = []
    for name, result in results.items():
        seconds = statistics.median(result.built)
        rows.append(
            [
                name,
                f"{result.page[0]:,.0f}",
                f"{result.page[1]:,.0f}",
                f"{result.script[1]:,.1f}",
                f"{seconds:.1f}",
                f"{len(STATES) / seconds:.0f}",
                f"{statistics.median(result.answered):.1f}",
            ]
        )
    head = [
        f"{len(STATES)} states, two panels",
        "figure, kB",
        "gzipped, kB",
        "JavaScript, kB gzipped",
        "built in, s",
        "frames/s",
        "answers in, ms (p95)",
    ]
    print(table(head, rows))
    print(f"\n{machine()}; median of {ROUNDS} rounds.")


if __name__ == "__main__":
    main()
