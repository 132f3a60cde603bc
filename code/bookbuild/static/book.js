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
})();
