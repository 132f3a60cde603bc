/* Answers the forms that questions.py writes. No network; the answer is in the form. */
(() => {
  "use strict";

  /** A number as people type it: 2,981  −8  1e-3. NaN when it is none. */
  function parse(text) {
    const plain = text.trim().replace(/[\s,\u2009\u202f]/g, "").replace(/\u2212/g, "-");
    return plain === "" ? NaN : Number(plain);
  }

  /** What to say about a typed number: [text, "right" | "wrong" | ""]. */
  function judgeNumber(text, answer, tolerance) {
    const value = parse(text);
    if (Number.isNaN(value)) return ["Type a number, such as 0.25 or 1e-3.", ""];
    const slack = tolerance + 1e-9 * Math.abs(answer);
    if (Math.abs(value - answer) <= slack) return ["Right.", "right"];
    return [value < answer ? "Too small. Try again, or read the explanation."
                           : "Too large. Try again, or read the explanation.", "wrong"];
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
