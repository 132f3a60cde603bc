/* Light or dark, chosen before the first paint: a dark page must not flash white. */
(function (page) {
  var mode = null;
  try { mode = localStorage.getItem("mode"); } catch (blocked) { /* private window */ }
  page.mode = mode === "light" || mode === "dark" ? mode : "auto";
  var dark = page.mode === "auto" ? matchMedia("(prefers-color-scheme: dark)").matches : mode === "dark";
  page.theme = dark ? "dark" : "light";
})(document.documentElement.dataset);
