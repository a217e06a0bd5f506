// One day: a bar per shift with its breaks cut out, hours across. One stop for Tab; the arrows go from bar to bar.
const escape = (s) => String(s).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

export default function (component) {
  const { data, parentElement } = component;
  const box = parentElement.querySelector(".day");
  const left = 160, row = 22, first = data.first, last = data.last;
  const width = Math.max(480, box.clientWidth - left - 16);
  const x = (hour) => left + ((hour - first) / (last - first)) * width;
  const step = last - first > 14 ? 2 : 1;
  const height = (data.rows.length + 1) * row + 6;
  let svg = `<svg width="${left + width + 12}" height="${height}" role="list" aria-label="${escape(data.title)}">`;
  for (let h = Math.ceil(first); h <= last; h += step)
    svg += `<line class="line" x1="${x(h)}" x2="${x(h)}" y1="${row}" y2="${height}"/><text x="${x(h)}" y="15" text-anchor="middle">${String(h % 24).padStart(2, "0")}</text>`;
  data.rows.forEach((r, i) => {
    const y = (i + 1) * row;
    svg += `<g role="listitem"><text x="8" y="${y + 15}">${escape(r.name)}</text>`;
    svg += `<rect class="shift" tabindex="${i ? -1 : 0}" aria-label="${escape(r.label)}" x="${x(r.start)}" y="${y + 2}" width="${x(r.end) - x(r.start)}" height="${row - 4}" rx="4" style="fill:var(--${r.tone})"><title>${escape(r.label)}</title></rect>`;
    svg += `<text class="code ${r.tone}" x="${x(r.start) + 6}" y="${y + 15}" pointer-events="none">${escape(r.code)}</text>`;
    for (const [from, to] of r.breaks)
      svg += `<rect class="pause" x="${x(from)}" y="${y + 3}" width="${x(to) - x(from)}" height="${row - 6}"/>`;
    svg += "</g>";
  });
  box.innerHTML = svg + "</svg>";
  const bars = [...box.querySelectorAll(".shift")];
  box.onkeydown = (event) => {
    const at = bars.indexOf(event.target);
    const next = bars[{ ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: bars.length - 1 }[event.key]];
    if (at < 0 || !next) return;
    event.preventDefault();
    bars[at].setAttribute("tabindex", -1);
    next.setAttribute("tabindex", 0);
    next.focus();
  };
}
