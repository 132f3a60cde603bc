/* What every page needs beyond the theme's scripts. */
(() => {
  "use strict";

  // A formula that scrolls sideways must be reachable by keyboard, and only while it scrolls.
  // (The theme's script does the same for code and tables.)
  const boxes = document.querySelectorAll(".math-scroll");
  const watch = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      if (target.scrollWidth > target.clientWidth + 1) {
        target.tabIndex = 0;
        target.setAttribute("role", "region");
        target.setAttribute("aria-label", "Formula");
      } else {
        target.removeAttribute("tabindex");
        target.removeAttribute("role");
        target.removeAttribute("aria-label");
      }
    }
  });
  boxes.forEach((box) => watch.observe(box));

  // The search page: write at once. Summaries are fetched from the pages found, which browsers
  // forbid for files.
  if (document.getElementById("search-results")) {
    document.querySelector(".bd-search-container form.bd-search input").focus();
    if (location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
  }

  // A page on paper shows what is folded on screen.
  let folded = [];
  window.addEventListener("beforeprint", () => {
    folded = [...document.querySelectorAll("details:not([open])")];
    folded.forEach((box) => { box.open = true; });
  });
  window.addEventListener("afterprint", () => {
    folded.forEach((box) => { box.open = false; });
  });

  // The list of a page's sections follows the reader.
  const sections = document.getElementById("pst-page-toc-nav");
  if (sections) {
    new MutationObserver(() => {
      sections.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
    }).observe(sections, { subtree: true, attributeFilter: ["aria-current"] });
  }

  // The list of all figures of the book: fetched and shown when it is asked for.
  const root = document.documentElement.dataset.content_root;
  const opener = document.getElementById("book-figures-button");
  let list = null;
  window.bookFigures = (pages) => {
    list = document.createElement("dialog");
    list.id = "book-figures";
    list.setAttribute("aria-label", "Every figure of the book");
    const find = list.appendChild(document.createElement("input"));
    find.type = "search";
    find.placeholder = "Find a figure";
    find.setAttribute("aria-label", "Find a figure");
    const close = list.appendChild(document.createElement("button"));
    close.type = "button";
    close.className = "btn";
    close.textContent = "Close";
    close.addEventListener("click", () => list.close());
    for (const [file, heading, figures] of pages) {
      const part = list.appendChild(document.createElement("section"));
      part.appendChild(document.createElement("h2")).textContent = heading;
      const items = part.appendChild(document.createElement("ul"));
      for (const [id, caption] of figures) {
        const link = document.createElement("a");
        link.href = `${root}${file}#${id}`;
        link.textContent = caption;
        link.addEventListener("click", () => list.close());
        items.appendChild(document.createElement("li")).append(link);
      }
    }
    find.addEventListener("input", () => {
      const words = find.value.toLowerCase().split(/\s+/);
      for (const part of list.querySelectorAll("section")) {
        const heading = part.firstChild.textContent;
        for (const item of part.querySelectorAll("li")) {
          const text = `${heading} ${item.textContent}`.toLowerCase();
          item.hidden = !words.every((word) => text.includes(word));
        }
        part.hidden = !part.querySelector("li:not([hidden])");
      }
    });
    find.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      list.querySelector("section:not([hidden]) li:not([hidden]) a")?.click();
    });
    document.body.append(list);
    list.showModal();
  };
  opener?.addEventListener("click", () => {
    if (list) list.showModal();
    else {
      const script = document.createElement("script");
      script.src = `${root}_static/figures.js`;
      document.head.append(script);
    }
  });

  // A formula that the text refers to shows itself beside the reference.
  let preview = null;
  const hide = () => { preview?.remove(); preview = null; };
  const show = (event) => {
    const link = event.target.closest?.('a.reference[href^="#equation-"]');
    if (!link || preview) return;
    const formula = document.getElementById(link.hash.slice(1))?.querySelector(".math-scroll");
    if (!formula) return;
    preview = document.createElement("div");
    preview.id = "book-preview";
    preview.setAttribute("aria-hidden", "true"); // the link is there for whoever cannot see it
    preview.append(formula.cloneNode(true));
    document.body.append(preview);
    const at = link.getBoundingClientRect(), box = preview.getBoundingClientRect();
    const below = at.bottom + box.height + 12 < innerHeight;
    const left = Math.max(8, Math.min(at.left, document.documentElement.clientWidth - box.width - 8));
    preview.style.left = `${left + scrollX}px`;
    preview.style.top = `${(below ? at.bottom + 8 : at.top - box.height - 8) + scrollY}px`;
  };
  document.addEventListener("mouseover", show);
  document.addEventListener("focusin", show);
  document.addEventListener("mouseout", hide);
  document.addEventListener("focusout", hide);
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });
})();
