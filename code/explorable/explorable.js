// Figures that answer their controls without a kernel.
// The page holds each figure's first state; what differs in the others lies in a script of its
// own (pages opened from a folder may not fetch), loaded when the reader comes near.
(() => {
  "use strict";
  const FRAMES = new URL("./", document.currentScript.src);
  const POINTS = { M: 1, L: 1, Q: 2, C: 3, z: 0 }; // points that each path command takes
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const waiting = new Map(); // frames' name → figures that wait for them
  const loaded = new Map(); // frames' name → frames; two figures may share theirs

  function load(name, figure) {
    if (loaded.has(name)) return figure.ready(loaded.get(name));
    if (waiting.has(name)) return waiting.get(name).push(figure);
    waiting.set(name, [figure]);
    const script = document.createElement("script");
    script.src = new URL(`${name}.js`, FRAMES);
    script.onerror = () => {
      waiting.get(name).forEach((each) => each.fail());
      waiting.delete(name); // so that the next touch tries again
    };
    document.head.append(script);
  }

  // ---- the inverse of encode_path in deltas.py: second differences of points, in hundredths
  function sums(numbers) {
    let total = 0;
    return numbers.map((number) => (total += number));
  }

  function decodePath([runs, dx, dy]) {
    const x = sums(sums(dx));
    const y = sums(sums(dy));
    let point = 0;
    let d = "";
    for (const [, letter, count] of runs.matchAll(/([A-Za-z])(\d*)/g)) {
      for (let i = count || 1; i > 0; i--) {
        d += letter;
        for (let k = 0; k < POINTS[letter]; k++, point++) {
          d += `${k ? " " : ""}${x[point] / 100} ${y[point] / 100}`;
        }
      }
    }
    return d;
  }

  function put(element, what, content) {
    if (what === "#text") element.textContent = content;
    else if (what === "#markup") element.innerHTML = content;
    else if (content === null) element.removeAttribute(what);
    else element.setAttribute(what, content);
  }

  // ---- controls, whose values are numbered from 0
  function size(control) {
    if (control.type === "checkbox") return 2;
    return control.type === "range" ? Number(control.max) + 1 : control.options.length;
  }

  function read(control) {
    if (control.type === "checkbox") return Number(control.checked);
    return control.type === "range" ? Number(control.value) : control.selectedIndex;
  }

  function write(control, place) {
    if (control.type === "checkbox") control.checked = Boolean(place);
    else if (control.type === "range") control.value = place;
    else control.selectedIndex = place;
  }

  // ---- one figure
  class Explorable {
    constructor(root) {
      this.root = root;
      this.name = root.dataset.frames.replace(/\.js$/, "");
      const svg = root.querySelector(".explorable-drawing > svg");
      // Taken now, while the drawing is the first state: slots count elements in this order.
      this.elements = [svg, ...svg.querySelectorAll("*")];
      this.text = root.querySelector(".explorable-text");
      this.controls = [...root.querySelectorAll(".explorable-controls :is(input, select)")];
      // A page come back to may hold the browser's memory of old positions.
      this.controls.forEach((control) => this.reset(control));
      this.shown = this.state();
      this.held = null; // a slider with a finger on it that may yet scroll the page
      this.keep();
      root.addEventListener("input", (event) => {
        if (this.controls.includes(event.target) && event.target !== this.held) this.turn();
      });
      this.controls.filter((c) => c.type === "range").forEach((range) => this.touchable(range));
      root.querySelectorAll(".explorable-play").forEach((button) => this.playable(button));
      root.classList.add("is-alive");
    }

    reset(control) {
      if (control.type === "checkbox") control.checked = control.defaultChecked;
      else if (control.type === "range") control.value = control.defaultValue;
      else control.selectedIndex = [...control.options].findIndex((o) => o.defaultSelected);
    }

    // Safari resets sliders when it brings a page back as the reader left it: write them again.
    keep() {
      let left = [];
      window.addEventListener("pagehide", () => { left = this.controls.map(read); });
      window.addEventListener("pageshow", (event) => {
        if (!event.persisted) return;
        // After Safari did, which it does in a task of its own.
        setTimeout(() => this.controls.forEach((control, i) => write(control, left[i])));
      });
    }

    near() {
      if (!this.frames && !this.asked) load(this.name, this);
      this.asked = true;
    }

    fail() {
      this.asked = false;
      this.text.textContent = "The other states of this figure could not be loaded.";
    }

    ready(frames) {
      this.frames = frames;
      frames.slots.forEach((slot) => (slot.done ??= []));
      this.text.textContent = frames.texts[frames.text[this.shown]]; // also after a failure
      this.show(this.state());
      this.root.classList.add("is-loaded");
    }

    // Which state the controls stand at; the last control varies fastest.
    state() {
      return this.controls.reduce((place, control) => size(control) * place + read(control), 0);
    }

    turn() {
      for (const control of this.controls) {
        if (control.type !== "range") continue;
        const text = JSON.parse(control.dataset.texts)[control.value];
        control.setAttribute("aria-valuetext", text);
        control.parentElement.querySelector("output").textContent = text;
      }
      if (this.frames) this.show(this.state());
      else this.near();
    }

    show(state) {
      const { choices, slots, texts, text } = this.frames;
      const before = this.shown;
      if (state === before) return;
      for (const slot of slots) {
        const [place, what, list, contents] = slot;
        const choice = choices[list][state];
        if (choice === choices[list][before]) continue;
        const content = contents[choice];
        const plain = Array.isArray(content) ? (slot.done[choice] ??= decodePath(content)) : content;
        put(this.elements[place], what, plain);
      }
      if (text[state] !== text[before]) this.text.textContent = texts[text[state]];
      this.shown = state;
    }

    // ---- touch: a finger on a slider may have come to scroll the page. The browser moves the slider
    // at once; the figure waits until the finger moves sideways or is lifted.
    touchable(range) {
      let before, x, y;
      const decide = () => {
        if (this.held !== range) return;
        this.held = null;
        this.turn();
      };
      range.addEventListener("pointerdown", (event) => {
        if (event.pointerType !== "touch") return;
        [before, x, y] = [range.value, event.clientX, event.clientY];
        this.held = range;
      });
      range.addEventListener("pointermove", (event) => {
        if (Math.abs(event.clientX - x) > Math.abs(event.clientY - y)) decide();
      });
      range.addEventListener("pointerup", decide);
      range.addEventListener("pointercancel", () => { // the page scrolls
        if (this.held === range) range.value = before;
        decide();
      });
    }

    // ---- time: play from here to the end; where motion is unwelcome, a step a press
    playable(button) {
      const range = button.parentElement.querySelector("input");
      const name = button.getAttribute("aria-label").replace(/^Play /, "");
      let timer = null;
      const label = (playing) => {
        const verb = calm.matches ? "Step" : playing ? "Pause" : "Play";
        button.setAttribute("aria-label", `${verb} ${name}`);
        button.classList.toggle("is-playing", playing);
        button.classList.toggle("is-step", calm.matches);
      };
      const stop = () => {
        clearInterval(timer);
        timer = null;
        label(false);
      };
      const step = () => {
        if (Number(range.value) >= Number(range.max)) return stop();
        range.stepUp();
        this.turn();
      };
      button.addEventListener("click", () => {
        if (timer !== null) return stop();
        if (Number(range.value) >= Number(range.max)) {
          range.value = range.min;
          this.turn();
          if (calm.matches) return;
        }
        if (calm.matches) return step();
        timer = setInterval(step, Number(button.dataset.interval));
        label(true);
      });
      // A hand on the slider, or a wish for calm, ends the play.
      range.addEventListener("pointerdown", stop);
      range.addEventListener("keydown", stop);
      calm.addEventListener("change", stop);
      label(false);
    }
  }

  window.explorable = {
    frames(name, frames) {
      loaded.set(name, frames);
      (waiting.get(name) || []).forEach((figure) => figure.ready(frames));
    },
  };

  function start() {
    const roots = [...document.querySelectorAll("figure.explorable[data-frames]")];
    const figures = new Map(roots.map((root) => [root, new Explorable(root)]));
    const observer = new IntersectionObserver(
      (entries) => {
        for (const entry of entries) {
          if (!entry.isIntersecting) continue;
          figures.get(entry.target).near();
          observer.unobserve(entry.target);
        }
      },
      { rootMargin: "600px 0px" },
    );
    for (const [root, figure] of figures) {
      observer.observe(root);
      root.addEventListener("focusin", () => figure.near());
    }
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
