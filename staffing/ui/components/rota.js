// The rota: agents down, days across. Draws once, then patches; edits are painted at once and sent together.
const escape = (s) => String(s).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const box = parentElement.querySelector(".rota");
  const menu = parentElement.querySelector(".menu");
  const status = parentElement.querySelector(".status");
  const state = (box.state = box.state || { edits: new Map(), typed: "" });
  const days = data.days.length;
  const people = data.agents.length;
  const words = data.words;
  const shape = `${data.key}/${people}/${days}/${data.agents.map((a) => a.id).join(",")}`;
  const cells = data.cells.map((row) => row.split(","));
  const has = (rows, a, d) => (rows[a] || "")[d] === "1";

  const describe = (a, d, code) => {
    const what = code ? (data.codes[code] ? data.codes[code].label : code) : words.off;
    const marks = [
      [data.locks, words.locked],
      [data.wishes, words.wished],
      [data.conflicts, words.broken],
      [data.excused, words.excused],
    ].filter(([rows]) => has(rows, a, d));
    return [`${data.agents[a].name}, ${data.days[d].full}: ${what}`, ...marks.map(([, word]) => word)].join(", ");
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
        const tds = data.days
          .map(
            (day, d) =>
              `<td role="gridcell" tabindex="-1" class="cell${day.weekend ? " weekend" : ""}" data-a="${a}" data-d="${d}"></td>`,
          )
          .join("");
        const tip = [agent.name, agent.id, data.groups[agent.group]].filter(Boolean).join(" \u00b7 ");
        return `<tr role="row"><th scope="row" title="${escape(tip)}">${escape(agent.name)}</th><td class="hours"></td>${tds}</tr>`;
      })
      .join("");
    box.innerHTML =
      `<table role="grid" aria-label="${escape(words.title)}" aria-multiselectable="true" aria-rowcount="${people + 1}" aria-colcount="${days + 2}"><thead><tr role="row">` +
      `<th scope="col" class="who">${escape(words.agent)}</th><th scope="col" class="hours">${escape(words.hours)}</th>${head}</tr></thead>` +
      `<tbody>${body}</tbody></table>`;
    state.cells = [...box.querySelectorAll("td.cell")];
    state.hours = [...box.querySelectorAll("td.hours")];
    state.heads = [...box.querySelectorAll("th.day")];
    state.shape = shape;
    state.current = state.anchor = state.cells[0] || null;
    state.marked = [];
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
    if (th.title !== day.tip) th.title = day.tip;
  });
  const classes = { locked: "locks", changed: "changed", conflict: "conflicts", excused: "excused", wished: "wishes" };
  for (let a = 0; a < people; a++) {
    const hours = data.agents[a].hours;
    if (state.hours[a].textContent !== hours) state.hours[a].textContent = hours;
    for (let d = 0; d < days; d++) {
      const td = cellAt(a, d);
      if (state.edits.has(`${a},${d}`)) continue;
      const code = cells[a][d];
      if (td.dataset.code !== code) paint(td, code);
      let name = "cell";
      if (data.days[d].weekend) name += " weekend";
      for (const [mark, rows] of Object.entries(classes)) if (has(data[rows], a, d)) name += ` ${mark}`;
      if (state.marked.includes(td)) name += " selected";
      if (td.className !== name) td.className = name;
      if (td === state.current) td.setAttribute("aria-label", describe(a, d, code));
    }
  }

  const place = (td) => [+td.dataset.a, +td.dataset.d];
  const cell = (td) => ({ agent: data.agents[+td.dataset.a].id, day: +td.dataset.d });
  const selected = () => (state.marked.length ? state.marked : [state.current]);
  const focus = (td, extend, scroll = true) => {
    state.current.tabIndex = -1;
    state.current = td;
    td.tabIndex = 0;
    const [a, d] = place(td);
    td.setAttribute("aria-label", describe(a, d, td.dataset.code));
    td.focus({ preventScroll: !scroll });
    state.marked.forEach((x) => x.classList.remove("selected"));
    state.marked = [];
    if (!extend) {
      state.anchor = td;
      return;
    }
    const [b, e] = place(state.anchor);
    for (let i = Math.min(a, b); i <= Math.max(a, b); i++)
      for (let j = Math.min(d, e); j <= Math.max(d, e); j++) state.marked.push(cellAt(i, j));
    state.marked.forEach((x) => x.classList.add("selected"));
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
    state.edits.set(`${a},${d}`, { ...cell(td), code, locked });
    send();
  };
  const isLocked = (td) => td.classList.contains("locked");
  const setCode = (code) => selected().forEach((td) => edit(td, code, isLocked(td)));
  const setLock = (lock) => selected().forEach((td) => edit(td, td.dataset.code, lock));
  const swap = (one, other) => {
    state.armed = null;
    status.textContent = "";
    if (one === other) return;
    const [a, b] = [one.dataset.code, other.dataset.code];
    paint(one, b);
    paint(other, a);
    setTriggerValue("swap", [cell(one), cell(other)]);
  };
  const arm = (td) => {
    state.armed = td;
    status.textContent = words.swap_hint;
  };
  const copy = () => {
    const marked = selected();
    const [a, d] = place(marked[0]);
    state.copied = marked.map((td) => [+td.dataset.a - a, +td.dataset.d - d, td.dataset.code]);
  };
  const paste = () => {
    const [a, d] = place(state.current);
    for (const [i, j, code] of state.copied || []) {
      if (a + i >= people || d + j >= days) continue;
      const td = cellAt(a + i, d + j);
      edit(td, code, isLocked(td));
    }
  };

  // -- the menu of a cell
  if (!state.wired) {
    state.wired = true;
    menu.addEventListener("focusout", (event) => {
      if (!menu.hidden && !menu.contains(event.relatedTarget)) menu.hidden = true;
    });
  }
  const close = (back) => {
    menu.hidden = true;
    menu.innerHTML = "";
    if (back) state.current.focus({ preventScroll: true });
  };
  const ask = (what, more) => setTriggerValue("ask", { what, ...cell(state.current), ...more });
  const items = () => {
    const td = state.current;
    const code = td.dataset.code;
    const works = code && data.codes[code] && data.codes[code].tone !== "absent";
    const found = [];
    if (data.editable) {
      for (const [key, kind] of Object.entries(data.codes))
        if (kind.settable) found.push([`${kind.label}`, () => setCode(key), key, kind.tone]);
      found.push([words.off, () => setCode(""), "\u2013"], null);
      found.push([isLocked(td) ? words.unlock : words.lock, () => setLock(!isLocked(td))]);
      if (state.marked.length === 2) found.push([words.swap_these, () => swap(...state.marked)]);
      else found.push([words.swap, () => arm(td)]);
      found.push(null);
    }
    found.push([words.why, () => ask("why")]);
    if (works) found.push([words.who, () => ask("who")]);
    if (data.editable) {
      const [a, d] = place(td);
      if (has(data.wishes, a, d)) found.push([words.unwish, () => ask("wish", { wish: "" })]);
      else found.push([works ? words.wish_off : words.wish_work, () => ask("wish", { wish: works ? "off" : "work" })]);
    }
    return found;
  };
  const open = (x, y) => {
    const found = items();
    menu.innerHTML = found
      .map((item, i) =>
        item === null
          ? '<hr role="separator">'
          : `<button role="menuitem" tabindex="-1" data-i="${i}">${item.length > 2 ? `<b data-tone="${escape(item[3] || "")}">${escape(item[2])}</b>` : ""}${escape(item[0])}</button>`,
      )
      .join("");
    menu.hidden = false;
    const { width, height } = menu.getBoundingClientRect();
    menu.style.left = `${Math.max(4, Math.min(x, window.innerWidth - width - 8))}px`;
    menu.style.top = `${Math.max(4, Math.min(y, window.innerHeight - height - 8))}px`;
    const buttons = [...menu.querySelectorAll("button")];
    buttons[0].focus();
    menu.onclick = (event) => {
      const button = event.target.closest("button");
      if (!button) return;
      close(true);
      found[+button.dataset.i][1]();
    };
    menu.onkeydown = (event) => {
      event.stopPropagation();
      const at = buttons.indexOf(event.target);
      const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
      if (to !== undefined) {
        event.preventDefault();
        buttons.at(to % buttons.length).focus();
      } else if (event.key === "Escape" || event.key === "Tab") {
        event.preventDefault();
        close(true);
      }
    };
  };
  const below = (td) => {
    const { left, bottom } = td.getBoundingClientRect();
    open(left + 8, bottom - 4);
  };

  // -- mouse and keys
  box.oncontextmenu = (event) => {
    const td = event.target.closest("td.cell");
    if (!td) return;
    event.preventDefault();
    if (!state.marked.includes(td)) focus(td, false, false);
    else state.current = td;
    open(event.clientX, event.clientY);
  };
  box.onclick = (event) => {
    const th = event.target.closest("th.day");
    if (th) return setTriggerValue("day", +th.dataset.day);
    const td = event.target.closest("td.cell");
    if (!td || state.dragged) return;
    if (state.armed) return swap(state.armed, td);
    focus(td, event.shiftKey, false);
    if (!event.shiftKey) setTriggerValue("pick", cell(td));
  };
  box.onmousedown = (event) => {
    state.dragged = false;
    state.pressed = event.button === 0 && !event.shiftKey ? event.target.closest("td.cell") : null;
  };
  box.onmouseover = (event) => {
    const td = event.target.closest("td.cell");
    if (event.buttons !== 1 || !state.pressed || !td || td === state.current) return;
    if (!state.dragged) focus(state.pressed, false, false);
    state.dragged = true;
    focus(td, true, false);
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
    if (event.key === "ContextMenu" || (event.key === "F10" && event.shiftKey)) {
      event.preventDefault();
      below(state.current);
      return;
    }
    if (event.key === "Escape" && state.armed) {
      state.armed = null;
      status.textContent = "";
      return;
    }
    if (event.key === "Enter") {
      event.preventDefault();
      if (state.armed) swap(state.armed, state.current);
      else setTriggerValue("pick", cell(state.current));
      return;
    }
    if (!data.editable) return;
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey) {
      if (event.key === "c" || event.key === "v") {
        event.preventDefault();
        if (event.key === "c") copy();
        else paste();
      }
      return;
    }
    if (event.altKey) return;
    if (event.key === " ") {
      event.preventDefault();
      setLock(!isLocked(state.current));
      return;
    }
    if (event.key === "Delete" || event.key === "Backspace" || event.key === "-") {
      event.preventDefault();
      setCode("");
      return;
    }
    if (event.key.length !== 1) return;
    // codes may have several letters: type them in a row
    const codes = Object.keys(data.codes).filter((c) => data.codes[c].settable);
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
