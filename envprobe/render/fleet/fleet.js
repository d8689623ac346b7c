"use strict";
(() => {
  const show = document.getElementById("show");
  if (!show) return;
  const find = document.getElementById("find");
  const count = document.getElementById("count");
  const rows = [...document.querySelectorAll(".matrix tbody tr")];

  // `node[1-8,12]` holds node7: names are folded on the page, so that ten thousand of them fit
  const holds = (folded, name) => folded.split(/, (?![^[]*\])/).some((word) => {
    const found = /^(.*)\[([0-9,-]+)\](.*)$/.exec(word);
    if (!found) return word.includes(name);
    const [, before, spans, after] = found;
    if (!name.startsWith(before)) return word.includes(name);
    const rest = name.slice(before.length);
    const digits = /^[0-9]+/.exec(rest);
    if (!digits) return rest === "";
    if (!after.startsWith(rest.slice(digits[0].length))) return false;
    const number = Number(digits[0]);
    return spans.split(",").some((span) => {
      const [low, high = low] = span.split("-");
      return Number(low) <= number && number <= Number(high);
    });
  });

  const filter = () => {
    let shown = 0;
    for (const row of rows) {
      const kind = show.value;
      const fits = !kind || (kind === "outlier" ? row.dataset.outlier === "yes" : row.dataset.verdict === kind);
      row.hidden = !(fits && (!find.value || holds(row.dataset.members, find.value.trim())));
      if (!row.hidden) shown += 1;
    }
    count.textContent = `${shown} of ${rows.length} classes`;
  };
  show.addEventListener("change", filter);
  find.addEventListener("input", filter);
  filter();

  const left = document.getElementById("left");
  const right = document.getElementById("right");
  const pair = document.getElementById("pair");
  const told = (number) => document.getElementById(`class-${number}`).dataset;
  const element = (name, text) => {
    const made = document.createElement(name);
    if (text !== undefined) made.textContent = text;
    return made;
  };
  const compare = () => {
    const both = [told(left.value), told(right.value)];
    const [ours, theirs] = both.map((one) => JSON.parse(one.differs));
    const cut = both.some((one) => Number(one.left));
    const body = element("tbody");
    for (const path of [...new Set([...Object.keys(ours), ...Object.keys(theirs)])].sort()) {
      const expected = (ours[path] || theirs[path])[0];
      const [one, other] = [ours, theirs].map((facts) => (facts[path] ? facts[path][1] : expected));
      if (one === other || [ours, theirs].some((facts, at) => !facts[path] && Number(both[at].left))) continue;
      const row = element("tr");
      for (const text of [path, one, other]) {
        const cell = element("td");
        cell.append(element("code", text));
        row.append(cell);
      }
      body.append(row);
    }
    pair.replaceChildren();
    if (cut) pair.append(element("p", "One of the two has more differences than this page holds: compared are those that it shows of both."));
    if (!body.children.length) {
      pair.append(element("p", "No fact that is shown here differs between the two."));
      return;
    }
    const table = element("table");
    const head = element("tr");
    for (const text of ["fact", `class ${left.value}`, `class ${right.value}`]) head.append(element("th", text));
    const top = element("thead");
    top.append(head);
    table.append(top, body);
    pair.append(table);
  };
  left.addEventListener("change", compare);
  right.addEventListener("change", compare);
  compare();
})();
