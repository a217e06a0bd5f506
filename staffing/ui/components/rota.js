// The rota: agents down, days across. Draws once, then patches; edits are painted at once and sent together.
const escape = (s) => String(s).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const box = parentElement.querySelector(".rota");
  const state = (box.state = box.state || { edits: new Map(), typed: "" });
  const days = data.days.length;
  const people = data.agents.length;
  const shape = `${data.key}/${people}/${days}/${data.agents.map((a) => a.id).join(",")}`;

  const describe = (a, d, code) => {
    const lock = data.locks[a][d] === "1" ? `, ${data.words.locked}` : "";
    const what = code ? (data.codes[code] ? data.codes[code].label : code) : data.words.off;
    return `${data.agents[a].name}, ${data.days[d].full}: ${what}${lock}`;
  };
  const paint = (td, code) => {
    td.textContent = code;
    td.dataset.code = code;
    if (code) td.dataset.tone = (data.codes[code] || { tone: "absent" }).tone;
    else delete td.dataset.tone;
  };
  const cellAt = (a, d) => state.cells[a * days + d];

  if (state.shape !== shape) {
    const head = data.days
      .map(
        (day, d) =>
          `<th scope="col" data-day="${d}" class="day${day.weekend ? " weekend" : ""}${day.short ? " short" : ""}" title="${escape(day.tip)}">` +
          `${escape(day.weekday)}<b>${escape(day.number)}</b><i>${escape(day.short || "\u2713")}</i></th>`,
      )
      .join("");
    const body = data.agents
      .map((agent, a) => {
        const cells = data.days
          .map(
            (day, d) =>
              `<td role="gridcell" tabindex="-1" class="cell${day.weekend ? " weekend" : ""}" data-a="${a}" data-d="${d}"></td>`,
          )
          .join("");
        return `<tr role="row"><th scope="row" title="${escape(agent.tip)}">${escape(agent.name)}</th><td class="hours"></td>${cells}</tr>`;
      })
      .join("");
    box.innerHTML =
      `<table role="grid" aria-label="${escape(data.words.title)}" aria-rowcount="${people + 1}" aria-colcount="${days + 2}"><thead><tr role="row">` +
      `<th scope="col" class="who">${escape(data.words.agent)}</th><th scope="col" class="hours">${escape(data.words.hours)}</th>${head}</tr></thead>` +
      `<tbody>${body}</tbody></table>`;
    state.cells = [...box.querySelectorAll("td.cell")];
    state.hours = [...box.querySelectorAll("td.hours")];
    state.heads = [...box.querySelectorAll("th.day")];
    state.shape = shape;
    state.current = state.cells[0] || null;
    state.anchor = state.current;
    state.edits.clear();
    if (state.current) state.current.tabIndex = 0;
  }

  // patch what differs from what is shown
  data.days.forEach((day, d) => {
    const th = state.heads[d];
    const mark = day.short || "\u2713";
    if (th.lastElementChild.textContent !== mark) th.lastElementChild.textContent = mark;
    th.classList.toggle("short", !!day.short);
    th.classList.toggle("chosen", data.chosen === d);
    th.title = day.tip;
  });
  for (let a = 0; a < people; a++) {
    const hours = data.agents[a].hours;
    if (state.hours[a].textContent !== hours) state.hours[a].textContent = hours;
    for (let d = 0; d < days; d++) {
      const td = cellAt(a, d);
      if (state.edits.has(`${a},${d}`)) continue;
      const code = data.cells[a][d];
      if (td.dataset.code !== code) paint(td, code);
      td.classList.toggle("locked", data.locks[a][d] === "1");
      td.classList.toggle("changed", data.changed[a][d] === "1");
      td.classList.toggle("conflict", data.conflicts[a][d] === "1");
      if (td === state.current) td.setAttribute("aria-label", describe(a, d, code));
    }
  }

  const place = (td) => [+td.dataset.a, +td.dataset.d];
  const selected = () => {
    const marked = state.cells.filter((td) => td.classList.contains("selected"));
    return marked.length ? marked : [state.current];
  };
  const focus = (td, extend) => {
    state.current.tabIndex = -1;
    state.current = td;
    td.tabIndex = 0;
    const [a, d] = place(td);
    td.setAttribute("aria-label", describe(a, d, td.dataset.code));
    td.focus();
    state.cells.forEach((x) => x.classList.remove("selected"));
    if (!extend) {
      state.anchor = td;
      return;
    }
    const [b, e] = place(state.anchor);
    for (let i = Math.min(a, b); i <= Math.max(a, b); i++)
      for (let j = Math.min(d, e); j <= Math.max(d, e); j++) cellAt(i, j).classList.add("selected");
  };
  const send = () => {
    clearTimeout(state.timer);
    state.timer = setTimeout(() => {
      const edits = [...state.edits.values()];
      state.edits.clear();
      if (edits.length) setTriggerValue("edits", edits);
    }, data.debounce);
  };
  const edit = (td, code, locked) => {
    const [a, d] = place(td);
    paint(td, code);
    td.classList.add("changed");
    td.classList.toggle("locked", locked);
    state.edits.set(`${a},${d}`, { agent: data.agents[a].id, day: d, code, locked });
    send();
  };
  const setCode = (code) => selected().forEach((td) => edit(td, code, td.classList.contains("locked")));

  box.onclick = (event) => {
    const th = event.target.closest("th.day");
    if (th) return setTriggerValue("day", +th.dataset.day);
    const td = event.target.closest("td.cell");
    if (!td) return;
    focus(td, event.shiftKey);
    const [a, d] = place(td);
    setTriggerValue("pick", { agent: data.agents[a].id, day: d });
  };
  box.onkeydown = (event) => {
    if (!state.current) return;
    const [a, d] = place(state.current);
    const page = 10;
    const target = {
      ArrowRight: [a, Math.min(days - 1, d + 1)],
      ArrowLeft: [a, Math.max(0, d - 1)],
      ArrowDown: [Math.min(people - 1, a + 1), d],
      ArrowUp: [Math.max(0, a - 1), d],
      PageDown: [Math.min(people - 1, a + page), d],
      PageUp: [Math.max(0, a - page), d],
      Home: [event.ctrlKey ? 0 : a, 0],
      End: [event.ctrlKey ? people - 1 : a, days - 1],
    }[event.key];
    if (target) {
      event.preventDefault();
      focus(cellAt(...target), event.shiftKey);
      return;
    }
    if (event.key === "Enter") {
      event.preventDefault();
      setTriggerValue("pick", { agent: data.agents[a].id, day: d });
      return;
    }
    if (!data.editable || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === " ") {
      event.preventDefault();
      const lock = !state.current.classList.contains("locked");
      selected().forEach((td) => edit(td, td.dataset.code, lock));
      return;
    }
    if (event.key === "Delete" || event.key === "Backspace" || event.key === "-") {
      event.preventDefault();
      setCode("");
      return;
    }
    if (event.key.length !== 1) return;
    // codes may have several letters: type them in a row
    const codes = Object.keys(data.codes).filter((c) => data.codes[c].tone !== "absent");
    const match = (text) => codes.filter((c) => c.toUpperCase().startsWith(text));
    state.typed += event.key.toUpperCase();
    if (!match(state.typed).length) state.typed = event.key.toUpperCase();
    const found = match(state.typed);
    clearTimeout(state.typing);
    if (!found.length) {
      state.typed = "";
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    const exact = found.find((c) => c.toUpperCase() === state.typed);
    if (exact && found.length === 1) {
      state.typed = "";
      setCode(exact);
    } else {
      const wait = exact;
      state.typing = setTimeout(() => {
        state.typed = "";
        if (wait) setCode(wait);
      }, 500);
    }
  };
}
