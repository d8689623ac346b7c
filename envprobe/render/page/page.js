"use strict";
// Search, filters, copying and themes for a page that is whole without them. An `.item` has `data-severity` and `data-section`;
// a `.row` in it is searched by itself. Text from a report is only ever read: nothing here makes markup of it.
(() => {
  const root = document.documentElement;
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const find = document.getElementById("find");
  const section = document.getElementById("section");
  const found = document.getElementById("found");
  const theme = document.getElementById("theme");
  const chips = all(".chip");
  const opened = new Set();

  const text = (element) => element.textContent.toLowerCase();
  const items = all(".item").map((element) => ({
    element,
    text: text(element),
    rows: all(".row", element).map((row) => ({ element: row, text: text(row) })),
  }));

  function filter() {
    const words = find ? find.value.toLowerCase().split(/\s+/).filter(Boolean) : [];
    const severities = new Set(chips.filter((chip) => chip.ariaPressed === "true").map((chip) => chip.dataset.severity));
    const has = (one) => words.every((word) => one.text.includes(word));
    let shown = 0;
    for (const item of items) {
      const { severity, section: place } = item.element.dataset;
      const wanted = severities.has(severity) && (!section || !section.value || section.value === place) && has(item);
      item.element.hidden = !wanted;
      shown += wanted;
      const hits = words.length ? item.rows.filter(has) : [];
      for (const row of item.rows) row.element.hidden = hits.length > 0 && !hits.includes(row);
      if (wanted && words.length) unfold(item, hits);
    }
    for (const part of all(".part")) part.hidden = all(".item", part).every((item) => item.hidden);
    const narrowed = words.length > 0 || severities.size < chips.length || Boolean(section && section.value);
    if (!words.length) fold();
    if (found) found.textContent = narrowed ? `${shown} of ${items.length} shown` : "";
  }

  function unfold(item, hits) {
    const inside = hits.map((row) => row.element.closest(".fold"));
    for (const details of [item.element.closest(".fold"), ...inside]) {
      if (details && !details.open) {
        details.open = true;
        opened.add(details);
      }
    }
  }

  function fold() {
    for (const details of opened) details.open = false;
    opened.clear();
  }

  function press(chip) {
    chip.ariaPressed = chip.ariaPressed === "true" ? "false" : "true";
    if (chip.dataset.severity === "note" && chip.ariaPressed === "true") fold();
    filter();
  }

  async function copy(button) {
    const code = button.parentElement.querySelector("code");
    getSelection().selectAllChildren(code);
    try {
      await navigator.clipboard.writeText(code.textContent);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Press Ctrl+C";
    }
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  }

  function setTheme(name) {
    root.dataset.theme = name;
    theme.textContent = name === "dark" ? "Light" : "Dark";
  }

  function onKey(event) {
    if (!find || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "/" && !event.target.closest("input, select, textarea")) {
      event.preventDefault();
      find.focus();
      find.select();
    } else if (event.key === "Escape" && event.target === find) {
      find.value = "";
      filter();
      find.blur();
    }
  }

  if (find) find.addEventListener("input", filter);
  if (section) section.addEventListener("change", filter);
  for (const chip of chips) chip.addEventListener("click", () => press(chip));
  for (const button of all(".copy")) button.addEventListener("click", () => copy(button));
  if (theme) {
    theme.textContent = matchMedia("(prefers-color-scheme: dark)").matches ? "Light" : "Dark";
    theme.addEventListener("click", () => setTheme(theme.textContent.toLowerCase()));
  }
  document.addEventListener("keydown", onKey);

  const unfoldedForPrint = new Set();
  addEventListener("beforeprint", () => {
    for (const details of all("details:not([open])")) {
      details.open = true;
      unfoldedForPrint.add(details);
    }
  });
  addEventListener("afterprint", () => {
    for (const details of unfoldedForPrint) details.open = false;
    unfoldedForPrint.clear();
  });

  root.classList.add("scripted");
})();
