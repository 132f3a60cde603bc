/* The search page: results say, in prose, where the words stand, and lead to that section. */
(() => {
  "use strict";

  const GREEK = ("alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho "
    + "final sigma tau upsilon phi chi psi omega").split(" ");
  const FIRST = "α".codePointAt(0);
  // Also left out: what a chapter promises, and answers that are closed at first.
  const NOT_PROSE = ".katex-html, annotation, .cell, .tip, details, .headerlink, .eqno, .reading-time";
  const MARKS = { mfrac: ["/"], msub: ["_"], msup: ["^"], msubsup: ["_", "^"] };
  let words = []; // a pattern for the query, if it has several words, and one for each of them

  // Formulas are indexed as TeX, where σ is called sigma. A word of one or two letters is searched
  // for as it is typed, and not marked on the page that it leads to: "He" is in every "the".
  const parse = Search._parseQuery;
  Search._parseQuery = (typed) => {
    const query = typed.replace(/[α-ω]/gi, (letter) => GREEK[letter.toLowerCase().codePointAt(0) - FIRST]);
    const parsed = parse(query);
    const [, terms, , marked] = parsed;
    words = [...terms].map((term) => {
      const place = GREEK.indexOf(term);
      if (place >= 0) return new RegExp(`${term}|${String.fromCodePoint(FIRST + place)}`, "iu");
      if (term.length > 2) return new RegExp(`(?<!\\p{L})${term.replace(/i$/, "[iy]")}\\p{L}*`, "iu");
      const word = splitQuery(query).find((part) => part.toLowerCase() === term);
      return new RegExp(`(?<!\\p{L})${word}(?!\\p{L})`, word === term ? "iu" : "u");
    });
    const parts = splitQuery(query);
    if (parts.length > 1) words.unshift(new RegExp(parts.join("[^\\p{L}]+"), "iu"));
    for (const word of marked) if (word.length < 3 || GREEK.includes(word)) marked.delete(word);
    localStorage.setItem("sphinx_highlight_terms", [...marked].join(" "));
    return parsed;
  };

  // What is found in the glossary is called by its name.
  Scorer.score = (result) => {
    const [, title, anchor, , score] = result;
    if (anchor.startsWith("#term-")) {
      const entry = Object.entries(Search._index.indexentries)
        .find(([, places]) => places.some(([, id]) => `#${id}` === anchor));
      // The index is in small letters; the anchor knows "ReLU".
      if (entry) {
        const name = anchor.slice("#term-".length);
        result[1] = `${title}: ${entry[0].replace(/./g, (c, i) => (name[i]?.toLowerCase() === c ? name[i] : c))}`;
      }
    }
    return score;
  };

  const plain = (element) => element.textContent.replace(/[\u2061-\u2064]/g, "").replace(/\s+/g, " ").trim();
  const found = (text) => words.filter((word) => text.search(word) >= 0).length;
  const headingOf = (element) => element.closest("section")?.querySelector(":scope > :is(h2, h3, h4)");

  /** The first paragraph with most of the words, its section's heading counted, and a link to it. */
  Search.makeSearchSummary = (html, terms, anchor) => {
    const page = new DOMParser().parseFromString(html, "text/html").querySelector(".bd-article");
    page.querySelectorAll(NOT_PROSE).forEach((element) => element.remove());
    page.querySelectorAll(".math-scroll").forEach((formula) => { formula.textContent = " … "; });
    for (const [name, marks] of Object.entries(MARKS)) {
      for (const part of page.querySelectorAll(name)) {
        [...part.children].slice(1).forEach((child, index) => child.before(marks[index]));
      }
    }
    let scope = anchor ? page.querySelector(`[id="${anchor.slice(1)}"]`) : null;
    while (scope?.matches("dt")) scope = scope.nextElementSibling;
    let best = null, most = -1;
    for (const part of (scope ?? page).querySelectorAll("p:not(td p), tr, dt, li:not(:has(p))")) {
      const heading = headingOf(part);
      const count = found(plain(part)) + (heading ? found(plain(heading)) : 0);
      if (count > most) [best, most] = [part, count];
    }
    const summary = document.createElement("p");
    summary.className = "context";
    if (!best) return summary;
    const heading = headingOf(best);
    if (heading && !anchor) {
      const link = summary.appendChild(document.createElement("a"));
      link.textContent = plain(heading);
      queueMicrotask(() => { // when Sphinx has put it behind the link to the page
        link.href = `${summary.parentElement.querySelector("a").href}#${heading.parentElement.id}`;
      });
      summary.append(" ");
    }
    mark(summary, excerpt(plain(best)));
    return summary;
  };

  /** Some forty words around what was searched for. */
  function excerpt(text) {
    const at = words.map((word) => text.search(word)).find((place) => place >= 0) ?? text.length;
    const from = at < 160 || at === text.length ? 0 : text.indexOf(" ", at - 100) + 1;
    const to = text.length < from + 280 ? text.length : text.lastIndexOf(" ", from + 260);
    return (from ? "… " : "") + text.slice(from, to) + (to < text.length ? " …" : "");
  }

  function mark(element, text) {
    const flags = words.every((word) => word.ignoreCase) ? "iu" : "u";
    const any = new RegExp(`(${words.map((word) => word.source).join("|") || "$^"})`, flags);
    text.split(any).forEach((part, index) => {
      if (index % 2 === 0) return element.append(part);
      const word = element.appendChild(document.createElement("span"));
      word.className = "highlighted";
      word.textContent = part;
    });
  }

  // Summaries are fetched from the pages found, which browsers forbid for files.
  if (location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
  _ready(() => document.querySelector(".bd-search-container form.bd-search input").focus());
})();
