/* Answers the forms that questions.py writes. No network; the answer is in the form. */
(() => {
  "use strict";

  /**
   * What a typed number may mean: 2981  −8  1e-3 mean one number, "a few" none.
   * A comma before every three digits groups thousands: 2,981. A single comma is a decimal one:
   * 0,5. Where it may be either, as in 4,605, both readings count, thousands first.
   */
  function readings(text) {
    const plain = text.replace(/\s/g, "").replace(/\u2212/g, "-");
    const found = [];
    if (!plain.includes(",")) found.push(plain === "" ? NaN : Number(plain));
    if (/^[-+]?[1-9]\d{0,2}(,\d{3})+(\.\d*)?$/.test(plain)) {
      found.push(Number(plain.replaceAll(",", "")));
    }
    if (/^[-+]?\d*,\d+(e[-+]?\d+)?$/i.test(plain)) found.push(Number(plain.replace(",", ".")));
    return found.filter(Number.isFinite);
  }

  /** How a number with a comma was understood, said after the verdict. */
  function understood(text, value) {
    if (!text.includes(",")) return "";
    const written = value.toLocaleString("en-US", { maximumSignificantDigits: 15 });
    return ` (${text.trim()} is read as ${written.replace("-", "\u2212")}.)`;
  }

  /** What to say about a typed number: [text, "right" | "wrong" | ""]. */
  function judgeNumber(text, answer, tolerance) {
    const values = readings(text);
    if (values.length === 0) return ["Type a number, such as 0.25, 2,981 or 1e-3.", ""];
    const slack = tolerance + 1e-9 * Math.abs(answer);
    const right = values.find((value) => Math.abs(value - answer) <= slack);
    if (right !== undefined) return ["Right." + understood(text, right), "right"];
    const verdict = values[0] < answer ? "Too small. Try again, or read the explanation."
                                       : "Too large. Try again, or read the explanation.";
    return [verdict + understood(text, values[0]), "wrong"];
  }

  function prepare(form) {
    const answer = Number(form.dataset.answer);
    const tolerance = Number(form.dataset.tolerance);
    const status = form.querySelector("[role=status]");
    const explanation = form.querySelector(".question-answer");
    const field = form.querySelector("input[type=text]");
    const radios = [...form.querySelectorAll("input[type=radio]")];

    function show(text, verdict) {
      status.textContent = text;
      form.dataset.verdict = verdict;
    }

    function check() {
      if (field) {
        const [text, verdict] = judgeNumber(field.value, answer, tolerance);
        show(text, verdict);
        field.setAttribute("aria-invalid", String(verdict !== "right"));
        if (verdict === "right") explanation.open = true;
        return;
      }
      const chosen = radios.find((radio) => radio.checked);
      if (!chosen) return show("Choose an option first.", "");
      const right = Number(chosen.value) === answer;
      for (const radio of radios) {
        const label = radio.closest("label");
        if (Number(radio.value) === answer) label.dataset.verdict = "right";
        else if (radio === chosen) label.dataset.verdict = "wrong";
        else delete label.dataset.verdict;
      }
      show(right ? "Right. Here is why." : "Not this one: the right one has a ✓. Here is why.",
           right ? "right" : "wrong");
      explanation.open = true;
    }

    // A click answers at once. Arrow keys only move through the options: they must not
    // spend the reader's guess on each option they pass. Then Enter or the button checks.
    let pointed = false;
    form.addEventListener("pointerdown", () => { pointed = true; });
    form.addEventListener("keydown", () => { pointed = false; });
    form.addEventListener("change", (event) => {
      if (event.target.type !== "radio") return;
      if (pointed) check();
      else show("", "");
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      check();
    });
    for (const fieldset of form.querySelectorAll("fieldset")) fieldset.disabled = false;
    form.reset(); // a browser may keep what was chosen over a reload, but not what was said of it
    if (!field) return;
    // Safari empties such a field when it brings the page back as the reader left it.
    let left = "";
    window.addEventListener("pagehide", () => { left = field.value; });
    window.addEventListener("pageshow", (event) => {
      if (event.persisted) setTimeout(() => { field.value = left; }); // after Safari did
    });
  }

  document.querySelectorAll("form.question-form").forEach(prepare);
})();
