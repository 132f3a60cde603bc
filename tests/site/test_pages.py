"""Every page: asks no stranger, errs nowhere, is light, typeset, described and linked."""

import re
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe

from bookbuild.assets import first_load
from bookbuild.site import Page
from tests.support import book
from tests.support.visits import SCHEMES

MOST_KILOBYTES = 250
MOST_SHIFTED = 0.02

# TeX that a reader would see: what stands in code, or is there for screen readers, is not shown.
SHOWN_TEXT = """() => {
  const copy = document.body.cloneNode(true);
  const hidden = "script, style, template, noscript, code, pre, annotation, textarea";
  copy.querySelectorAll(hidden).forEach((element) => element.remove());
  return copy.textContent;
}"""
RAW_TEX = re.compile(r"\$\$|\\[()\[\]]|\\[a-zA-Z]{2,}|\$[^$\s][^$\n]*[_^\\][^$\n]*\$")


def test_the_site_has_pages(site):
    assert "chapters/index.html" in book.pages()
    assert (site / "index.html").is_file()


def test_the_sites_address_leads_to_the_first_page(visits):
    assert book.leads_to("index.html") == "chapters/index.html"
    page = visits.open("index.html")
    assert page.url == f"{visits.base}chapters/index.html"
    assert visits.foreign == [] and visits.errors == []


@pytest.mark.parametrize(
    ("text", "raw"),
    [
        ("costs $$x$$", True),
        (r"\(a\)", True),
        (r"\frac12", True),
        ("$x_i$", True),
        ("from $5 to $9", False),
        ("σ² = 2", False),
    ],
)
def test_raw_tex_is_told_from_prose(text, raw):
    assert bool(RAW_TEX.search(text)) == raw


def test_a_page_errs_nowhere_and_asks_no_stranger(visit, page_name):
    """From its first request until it was read through."""
    assert visit.page.url.endswith(page_name)
    assert visit.visits.foreign == []
    assert visit.visits.errors == []


def test_every_formula_is_typeset(served_visit):
    page = served_visit(java_script_enabled=False).page
    shown = page.evaluate(SHOWN_TEXT)
    assert len(shown) > 100
    found = RAW_TEX.search(shown)
    around = found and shown[max(0, found.start() - 40) : found.end() + 40]
    assert not found, f"raw TeX: …{around}…"
    assert page.locator(".katex-error").count() == 0


def test_every_formula_fits_the_page_of_a_wide_window(served_visit):
    """On a narrow one it may scroll in its own box; here its end would hide for no reason."""
    page = served_visit().page
    page.evaluate("document.fonts.ready")
    hidden = page.evaluate(
        """() => [...document.querySelectorAll(".math-scroll")]
          .filter((e) => e.scrollWidth > e.clientWidth + 1)
          .map((e) => `${e.scrollWidth - e.clientWidth} px of `
            + (e.closest("[id]")?.id || "") + " " + e.textContent.slice(0, 60))"""
    )
    assert hidden == []


def test_typeset_formulas_have_their_fonts(served_visit):
    """KaTeX's fonts were loaded, so a formula's letters are not a fallback's."""
    page = served_visit().page
    if page.locator(".katex").count() == 0:
        return
    page.locator(".katex").first.scroll_into_view_if_needed()
    page.evaluate("document.fonts.ready")
    loaded = page.evaluate(
        "[...document.fonts].filter((f) => f.status === 'loaded').map((f) => f.family)"
    )
    assert any("KaTeX" in family for family in loaded), loaded


def test_every_picture_says_what_it_shows(site, page_name):
    soup = book.html(page_name)
    for image in soup.find_all("img"):
        alt = (image.get("alt") or "").strip()
        name = Path(urlsplit(image.get("src", "")).path).name
        assert alt, f"no alt text: {image}"
        assert alt != name and not re.fullmatch(r"\S+\.(png|svg|jpe?g|gif|webp)", alt), alt
    for svg in (soup.find("main") or soup).find_all("svg"):
        hidden = svg.find_parent(attrs={"aria-hidden": "true"}) or svg.get("aria-hidden") == "true"
        inside = svg.find_parent(class_="katex") or svg.find_parent("svg")
        named = svg.get("aria-label") or svg.get("aria-labelledby")
        assert hidden or inside or named, f"a drawing without a name: {str(svg)[:200]}"


COLOURS = ["color-contrast", "link-in-text-block"]
FORMULAS = ".katex"
"""Thousands of elements, all in the colour of the text around them: a test holds that."""


def grave(page, options, context=None) -> list[str]:
    """What axe finds that is serious or critical, in words."""
    options = {"resultTypes": ["violations"], **options}  # what passes is not told at length
    violations = Axe().run(page, context=context, options=options).response["violations"]
    return [
        f"{v['impact']}: {v['id']}: {v['help']}\n    "
        + "\n    ".join(node["html"][:160] for node in v["nodes"][:5])
        for v in violations
        if v["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("scheme", SCHEMES)
def test_axe_finds_no_colours_that_are_hard_to_read(served_visit, scheme):
    page = served_visit(**SCHEMES[scheme]).page
    assert page.evaluate("document.documentElement.dataset.theme") == scheme
    found = grave(page, {"runOnly": {"type": "rule", "values": COLOURS}}, {"exclude": [[FORMULAS]]})
    assert found == [], "\n".join(found)


def test_axe_finds_nothing_else_serious(served_visit):
    """The themes differ in colours alone."""
    found = grave(served_visit().page, {"rules": {name: {"enabled": False} for name in COLOURS}})
    assert found == [], "\n".join(found)


def test_formulas_have_the_colour_of_their_text(site, page_name):
    assert book.html(page_name).select(f"{FORMULAS} [style*='color']") == []


def test_a_narrow_page_does_not_scroll_sideways(served_visits, page_name):
    page = served_visits.open(page_name, viewport={"width": 360, "height": 740}, has_touch=True)
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    page.wait_for_load_state("networkidle")
    width, wide = page.evaluate(
        """() => {
          const room = document.documentElement.clientWidth;
          const scrolls = (e) => e && (/auto|scroll|hidden|clip/.test(getComputedStyle(e).overflowX)
            || scrolls(e.parentElement));
          const wide = [...document.querySelectorAll("main *")]
            .filter((e) => e.getBoundingClientRect().right > room + 1 && !scrolls(e.parentElement))
            .map((e) => e.outerHTML.slice(0, 120));
          return [document.documentElement.scrollWidth, wide];
        }"""
    )
    assert width <= 360, wide[:5]


def test_nothing_moves_while_a_page_is_read(served_visit):
    moved = served_visit().moved
    assert sum(shift[1] for shift in moved) <= MOST_SHIFTED, moved


def test_the_first_load_is_light(served_visit, page_name, note):
    """With the frames of the figures that stand near the top."""
    visit = served_visit()
    kilobytes = sum(visit.first.values()) / 1000
    note(f"first load  {page_name}: {kilobytes:.0f} kB gzipped in {len(visit.first)} requests")
    heaviest = sorted(((size, url) for url, size in visit.first.items()), reverse=True)[:5]
    assert kilobytes <= MOST_KILOBYTES, heaviest


def test_the_first_load_is_what_the_build_counts(served_visit, site, page_name):
    """The build counts every file that a browser loads, and fails where the sum is too large.

    Frames of figures are not among them: they come as the reader nears a figure.
    """
    visit = served_visit()
    assert visit.visits.base + page_name in visit.first
    frames = {element["data-frames"] for element in book.html(page_name).select("[data-frames]")}
    loaded = {Path(urlsplit(url).path).name: size for url, size in visit.first.items()}
    loaded["the page itself"] = loaded.pop(Path(page_name).name)
    loaded = {name: size for name, size in loaded.items() if name not in frames}
    counted = first_load(Page(site / page_name, page_name))
    assert loaded.keys() - counted.keys() == set()
    # The server compresses a little less than the build.
    more = {name: size for name, size in loaded.items() if size > 1.03 * counted[name] + 100}
    assert more == {}


@cache
def anchors(page: str) -> frozenset[str]:
    soup = book.html(page)
    named = {element["name"] for element in soup.find_all("a", attrs={"name": True})}
    return frozenset(named | {element["id"] for element in soup.find_all(id=True)})


def test_every_link_inside_the_site_leads_somewhere(site, page_name):
    folder = (site / page_name).parent
    broken = []
    for element in book.html(page_name).select("[href], [src]"):
        url = urlsplit(element.get("href") or element.get("src"))
        if url.scheme or url.netloc:
            continue
        target = (folder / unquote(url.path)).resolve() if url.path else site / page_name
        if target.is_dir():
            target /= "index.html"
        if not target.is_file():
            broken.append(url.geturl())
        elif url.fragment and target.suffix == ".html":
            name = target.relative_to(site.resolve()).as_posix()
            if unquote(url.fragment) not in anchors(name):
                broken.append(url.geturl())
    assert broken == []


def test_references_to_equations_show_the_number_they_link_to(site, page_name):
    """A reference reads (3) and its link leads to the equation that carries (3)."""
    soup = book.html(page_name)
    for link in soup.select("a.reference.internal[href*='#equation-']"):
        page, _, anchor = link["href"].partition("#")
        target = (site / page_name).parent / page if page else site / page_name
        equation = book.html(target.resolve().relative_to(site.resolve()).as_posix()).find(
            id=anchor
        )
        assert equation is not None, anchor
        number = equation.select_one(".eqno")
        assert number and link.get_text(strip=True).strip("()") in number.get_text(), link
