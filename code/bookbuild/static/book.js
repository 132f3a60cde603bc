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
  const load = (tag, values) => document.head.append(Object.assign(document.createElement(tag), values));
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
      search.href = `${root}search.html?q=${encodeURIComponent(find.value)}`;
      if (list.querySelector("section:not([hidden])")) none.replaceChildren();
      else none.replaceChildren("No figure with these words. The ", search, " looks in the text.");
    });
    find.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      list.querySelector("section:not([hidden]) li:not([hidden]) a")?.click();
    });
    const none = list.appendChild(document.createElement("p"));
    none.setAttribute("role", "status");
    const search = document.createElement("a");
    search.textContent = "search";
    document.body.append(list);
    list.showModal();
  };
  opener?.addEventListener("click", () => {
    if (list) list.showModal();
    else load("script", { src: `${root}_static/figures.js` });
  });

  // What a link leads to shows itself beside the link: a formula, a word of the glossary, a source.
  // What stands on another page is fetched when such a link is first pointed at.
  const PREVIEWED = 'main a:is([href*="#equation-"], [href*="#term-"], [href*="bibliography.html#"]):not(.headerlink)';
  const hovers = matchMedia("(hover: hover)");
  let pointed = null, preview = null, waiting = 0, elsewhere = null;
  const place = () => {
    if (!preview) return;
    if (preview.scrollWidth > preview.clientWidth) { // too wide a formula: smaller, but whole
      const size = parseFloat(getComputedStyle(preview).fontSize);
      preview.style.fontSize = `${0.97 * size * preview.clientWidth / preview.scrollWidth}px`;
    }
    const at = pointed.getBoundingClientRect(), box = preview.getBoundingClientRect();
    const below = at.bottom + box.height + 12 < innerHeight;
    const left = Math.max(8, Math.min(at.left, document.documentElement.clientWidth - box.width - 8));
    preview.style.left = `${left + scrollX}px`;
    preview.style.top = `${(below ? at.bottom + 8 : at.top - box.height - 8) + scrollY}px`;
  };
  // And once more when a formula's fonts have come; in a frame of its own, since it may resize.
  const sized = new ResizeObserver(() => requestAnimationFrame(place));
  document.fonts.addEventListener("loadingdone", place);
  const hide = () => {
    clearTimeout(waiting);
    sized.disconnect();
    preview?.remove();
    pointed = preview = null;
  };
  const show = () => {
    if (!pointed || preview) return;
    let content;
    if (pointed.pathname === location.pathname) {
      content = document.getElementById(pointed.hash.slice(1))?.querySelector(".katex-display")?.outerHTML;
    } else if (elsewhere) {
      content = elsewhere[pointed.href.slice(new URL(root, location).href.length)];
    } else load("script", { src: `${root}_static/previews.js` });
    if (!content) return;
    if (content.includes("katex") && !document.querySelector('link[href*="katex"]')) {
      load("link", { rel: "stylesheet", href: `${root}_static/katex/katex.min.css` });
    }
    preview = document.createElement("div");
    preview.id = "book-preview";
    preview.setAttribute("aria-hidden", "true"); // the link is there for whoever cannot see it
    preview.innerHTML = content;
    document.body.append(preview);
    place();
    sized.observe(preview);
  };
  window.bookPreviews = (entries) => {
    elsewhere = entries;
    show();
  };
  const point = (event) => {
    const link = event.target.closest?.(PREVIEWED), byMouse = event.type === "mouseover";
    if (!link || link === pointed || !(byMouse ? hovers.matches : link.matches(":focus-visible"))) return;
    hide();
    pointed = link;
    waiting = setTimeout(show, byMouse ? 120 : 0);
  };
  const leave = (event) => {
    if (pointed?.contains(event.target) && !pointed.contains(event.relatedTarget)) hide();
  };
  document.addEventListener("mouseover", point);
  document.addEventListener("focusin", point);
  document.addEventListener("mouseout", leave);
  document.addEventListener("focusout", leave);
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });
  window.addEventListener("pagehide", hide); // the browser may bring the page back as it was
})();
