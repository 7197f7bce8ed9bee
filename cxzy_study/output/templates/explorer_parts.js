// Parts of the page: labels, links, marks, strips, intervals, passages.

let S = {};

const esc = (text) => String(text).replace(/[&<>"']/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" })[c]);
const zh = () => S.lang === "zh";
const pick = (pair) => pair[zh() ? 1 : 0];

function t(key, values) {
  const one = values && values.n === 1 && DATA.labels[`${key}.one`];
  const pair = one || DATA.labels[key];
  if (!pair) return key.slice(key.indexOf(".") + 1).replace(/_/g, " ");
  return pick(pair).replace(/\{(\w+)\}/g, (all, name) => values && name in values ? show(values[name]) : all);
}
const has = (key) => key in DATA.labels;
const show = (value) => typeof value === "number" ? value.toLocaleString("en-US", { maximumFractionDigits: 9 }) : String(value);
const percent = (x) => `${Math.round(x * 100)}%`;
const fixed = (x) => x === null || x === undefined ? "–" : x.toFixed(2).replace("-", "−");
const docName = (id) => DOC[id] ? pick(DOC[id].label) : id;
const themeName = (id) => THEME[id] ? pick(THEME[id].label) : id;
const groupName = (row) => row.group_kind === "arena" ? t(`arena.${row.group}`) : docName(row.group);
// A remark in the page's language; the English words, as the table holds them, come with the pointer.
const remarkIn = (text) => zh() && DATA.remarks[text] || "";
const remark = (text) => !text ? "" : remarkIn(text) ? `<span title="${esc(text)}">${esc(remarkIn(text))}</span>` : zh() ? `<span lang="en">${esc(text)}</span>` : esc(text);
// Why a match was refused: the program's reasons, of which two name a term.
const WHYS = [[/^the heading above does not hold$/, "heading"], [/^in a statement of doctrine$/, "doctrine"], [/^inside the longer term (.+)$/, "longer"], [/^excluded by NOT$/, "not"], [/^in a proper name$/, "name"], [/^denied by (.+)$/, "denied"], [/^in a title$/, "title"]];
function whyOf(text) {
  for (const [pattern, name] of WHYS) {
    const m = pattern.exec(text);
    if (m) return t(`explorer.why_${name}`, { term: m[1] || "" });
  }
  return text;
}
const comma = () => zh() ? "，" : ", ";
const colon = () => zh() ? "：" : ": ";
const bracket = (text) => zh() ? `（${text}）` : ` (${text})`;
const people = (names) => String(names).replace(/;/g, zh() ? "、" : ", ");
// A name that a narrow column may break within its longest words.
const soft = (name) => esc(name).replace(/(\w{4,})(sation|tation|pation|nities)\b/g, "$1&shy;$2");

// A link to this state of the page with some changes: the address holds everything.
const PARTS = ["v", "item", "doc", "theme", "arena", "mode", "kind", "coder", "differ", "by", "q", "u", "row", "lang"];
function hashOf(state) {
  const pairs = PARTS.map((p) => [p, Array.isArray(state[p]) ? state[p].join(",") : state[p] || ""])
    .filter(([p, value]) => value && !(p === "coder" && value === DEFAULT_CODER));
  const keep = (s) => encodeURIComponent(s).replace(/%2C/g, ",").replace(/%3D/g, "=");
  return "#" + pairs.map(([p, value]) => `${p}=${keep(value)}`).join("&");
}
const link = (changes) => esc(hashOf({ ...S, u: "", row: "", ...changes }));
const NO_FILTER = { doc: [], theme: [], arena: [], mode: [], kind: [], differ: "", q: "", item: "" };
const toggled = (list, value) => list.includes(value) ? list.filter((x) => x !== value) : [...list, value];

const SHAPES = {
  o: '<circle cx="6" cy="6" r="4.6"/>', s: '<path d="M2 2h8v8H2z"/>', "^": '<path d="M6 1.2 11 10.6H1z"/>',
  D: '<path d="M6 .6 11.4 6 6 11.4.6 6z"/>', v: '<path d="M6 10.8 1 1.4h10z"/>', X: '<path d="M3 1 6 4l3-3 2 2-3 3 3 3-2 2-3-3-3 3-2-2 3-3-3-3z"/>',
  P: '<path d="M4.4 1h3.2v3.4H11v3.2H7.6V11H4.4V7.6H1V4.4h3.4z"/>', p: '<path d="M6 .8 11.2 4.6 9.2 10.8H2.8L.8 4.6z"/>',
  "<": '<path d="M1.2 6 10.6 1v10z"/>', ">": '<path d="M10.8 6 1.4 1v10z"/>', h: '<path d="M6 .8 10.6 3.4v5.2L6 11.2 1.4 8.6V3.4z"/>',
};
const shape = (doc) => DOC[doc] ? `<svg class="shape" viewBox="0 0 12 12" fill="${DOC[doc].colour}" aria-hidden="true">${SHAPES[DOC[doc].mark]}</svg>` : "";
const swatch = (theme) => `<i class="swatch" style="background:${THEME[theme] ? THEME[theme].colour : "#999"}"></i>`;
const themeChip = (theme, note) =>
  `<a class="chip" href="${link({ ...NO_FILTER, v: "passages", theme: [theme] })}">${swatch(theme)}${esc(themeName(theme))}${note ? ` <small>${esc(note)}</small>` : ""}</a>`;

const COPY = '<svg viewBox="0 0 16 16" aria-hidden="true"><path d="M5 1h9v11h-2v3H2V4h3zm1.2 1.2V4H12v6.8h.8V2.2zM3.2 5.2v8.6h7.6V5.2z"/></svg>';
const cite = (row) => `<span class="cite"><a href="${link({ u: S.u, row: `${row._table}.${row._row}` })}" title="${esc(t("explorer.open_row"))}">${esc(row._table)}&nbsp;${row._row}</a>` +
  `<button type="button" data-cite="${esc(row._table)}.${row._row}" aria-label="${esc(t("explorer.copy_citation"))}: ${esc(row._table)} ${row._row}">${COPY}</button></span>`;

function citation(row) {
  const path = DATA.paths[row._table];
  const cells = Object.entries(row).filter(([c, v]) => DATA.tables[row._table].columns[c] && v !== null && v !== "" && !(c === "sha256"))
    .map(([c, v]) => `${c}=${v}`).join("; ");
  const name = `${DATA.study.name}${DATA.study.version ? ` ${DATA.study.version}` : ""}`;
  const where = path ? ` (${path})` : "";
  return `${name}, ${t("explorer.cite_row", { table: row._table, n: row._row })}${where}, ${t("explorer.cite_codebook", { version: DATA.codebook.version, sha: DATA.codebook.sha.slice(0, 12) })}: ${cells}`;
}

// A document as a strip: its units in their places, those that are shown in colour.
function strip(doc, shown, { colour, low = 18, label = "", links = true } = {}) {
  const n = DOC[doc].n_chars || 1;
  const rects = [];
  for (const unit of UNITS) {
    if (unit.doc_id !== doc) continue;
    const on = shown.has(unit);
    const fill = on ? (typeof colour === "function" ? colour(unit) : colour || DOC[doc].colour) : unit.kind === "heading" ? "#c9c5bc" : "#e9e6df";
    const boxes = unit.places.map(([a, b]) => `<rect x="${a}" y="${on || unit.kind === "heading" ? 0 : 3}" width="${b - a}" height="${on || unit.kind === "heading" ? 18 : 12}" fill="${fill}"/>`).join("");
    rects.push(links ? `<a href="${link({ u: unit.key })}" tabindex="-1" data-u="${esc(unit.key)}"><title>${esc(`${docName(doc)} ${unit.unit_id}`)}</title>${boxes}</a>` : boxes);
  }
  const cut = DOC[doc].censored ? `<span class="cut" title="${esc(t("axis.breaks_off"))}"></span>` : "";
  return `<span class="strip${cut ? " censored" : ""}"><svg viewBox="0 0 ${n} 18" preserveAspectRatio="none" style="height:${low}px" role="img" aria-label="${esc(label)}">${rects.join("")}</svg>${cut}</span>`;
}
const stripLabel = (doc, n) => t("explorer.strip_label", { document: docName(doc), n });

// An interval as a line with a dot, drawn in percent of the track.
function interval(low, x, high, { max = 1, min = 0, colour = "#124678", hollow = false, dashed = false } = {}) {
  const at = (v) => (100 * (Math.min(Math.max(v, min), max) - min) / (max - min)).toFixed(2);
  const line = low === null || high === null ? "" : `<i class="line${dashed ? " dashed" : ""}" style="left:${at(low)}%;width:${(at(high) - at(low)).toFixed(2)}%;background-color:${colour}"></i>`;
  const dot = x === null ? "" : `<i class="dot${hollow ? " hollow" : ""}" style="left:${at(x)}%;--c:${colour}"></i>`;
  return `<span class="track" aria-hidden="true">${line}${dot}</span>`;
}

// Text with marks over it. A mark's places are those of the file; they are carried over to the text piece by piece.
function textPlaces(unit, spans) {
  const pieces = DATA.texts[unit.key][1], out = [];
  for (const [a, b] of parseSpans(spans)) {
    for (const [at, start, n, wide] of pieces) {
      const x = Math.max(a, start), y = Math.min(b, start + wide);
      if (x < y) out.push(n === wide ? [at + x - start, at + y - start] : [at, at + n]);
    }
  }
  return out;
}
function highlight(unit, marks, q) {
  const text = Array.from(DATA.texts[unit.key][0]);
  const layers = marks.flatMap((m) => textPlaces(unit, m.spans).map(([a, b]) => ({ a, b, ...m })));
  for (const w of q ? words(q) : []) {
    const low = text.map((c) => VARIANTS.get(c) || c.toLowerCase()), parts = Array.from(w);
    for (let i = 0; i + parts.length <= low.length; i++) {
      if (parts.every((c, k) => low[i + k] === c)) layers.push({ a: i, b: i + parts.length, type: "sought" });
    }
  }
  const edges = [...new Set([0, text.length, ...layers.flatMap((l) => [l.a, l.b])])].sort((x, y) => x - y);
  let html = "";
  for (let i = 0; i + 1 < edges.length; i++) {
    const piece = esc(text.slice(edges[i], edges[i + 1]).join(""));
    const over = layers.filter((l) => l.a <= edges[i] && edges[i + 1] <= l.b);
    if (!over.length) { html += piece; continue; }
    const types = [...new Set(over.map((l) => l.type))].join(" ");
    const counted = over.find((l) => l.type === "counted");
    const hint = over.map((l) => l.title).filter(Boolean).join(" · ");
    const rows = over.map((l) => l.row).filter(Boolean).join(" ");
    html += `<mark class="${types}" data-rows="${esc(rows)}"${counted ? ` style="--c:${THEME[counted.theme] ? THEME[counted.theme].colour : "#555"}"` : ""}${hint ? ` title="${esc(hint)}"` : ""}>${piece}</mark>`;
  }
  return html;
}
function marksIn(unit, themes, all) {
  const of = (row, type, title) => ({ spans: row.spans, type, title, row: `${row._table}.${row._row}`, theme: row.theme });
  const rules = facts(unit, "evidence").filter((r) => !themes.length || themes.includes(r.theme));
  const found = rules.filter((r) => r.verdict === "counted").map((r) => of(r, "counted", `${themeName(r.theme)}: ${r.rule}`));
  if (!all) return found;
  const kinds = { formulas: "formula", quantities: "quantity", bodies: "body" };
  return [
    ...found, ...rules.filter((r) => r.verdict !== "counted").map((r) => of(r, "refused", `${r.rule}: ${whyOf(r.why)}`)),
    ...Object.entries(kinds).flatMap(([name, type]) => facts(unit, name).map((r) => of(r, type, t(`explorer.one_${type}`)))),
  ];
}

// What stands for a passage whose text is not at hand: what was found in it, in our words and the study's.
function fingerprint(unit) {
  const practice = [...facts(unit, "practices")].sort((a, b) => a.units.length - b.units.length).slice(0, 2).map((r) => `<span class="gloss">${esc(zh() ? r.gloss_zh || r.gloss : r.gloss)}</span>`);
  const stated = facts(unit, "statements").slice(0, 1).map((r) => `<span class="gloss">${esc(t(`explorer.statement_${r.statement}`))}${colon()}${esc(zh() ? r.thing_zh : r.thing)}</span>`);
  const names = ["formulas", "quantities", "bodies"].flatMap((n) => facts(unit, n).map((r) => `<b>${esc(r.surface)}</b>`));
  const terms = facts(unit, "terms").filter((r) => r.term.length > 1).map((r) => esc(r.term));
  const all = [...new Set([...names, ...terms])].slice(0, 14);
  const line = all.length ? `<span class="prints">${all.join('<i class="sep"> · </i>')}</span>` : "";
  return practice.join("") + stated.join("") + line || `<span class="quiet">${esc(t("explorer.nothing_found_in_it"))}</span>`;
}
const unitName = (unit) => `${docName(unit.doc_id)} ${unit.unit_id}`;
function unitLine(unit) {
  const parts = [t(`kind.${unit.kind}`), t("explorer.section_n", { section: unit.section }), t("explorer.characters_at", { place: placeText(unit.spans) })];
  if (unit.arena) parts.push(t(`arena.${unit.arena}`));
  const mode = modeOf(unit, S.coder);
  if (mode) parts.push(t(`mode.${mode}`));
  return parts.map((p) => `<span class="whole">${esc(p)}</span>`).join(" · ");
}
function unitItem(unit, coder = S.coder) {
  const themes = marksOf(unit, coder);
  const chips = themes.map((th) => {
    const n = CODERS.filter((c) => marked(unit, c, th)).length;
    return `<span class="tag${S.theme.includes(th) ? " on" : ""}">${swatch(th)}${esc(themeName(th))}${CODERS.length > 1 && n < CODERS.length ? ` <small title="${esc(t("explorer.n_coders_mark", { n, all: CODERS.length }))}">${n}/${CODERS.length}</small>` : ""}</span>`;
  }).join("");
  const body = HAS_TEXTS && DATA.texts[unit.key] ? `<span class="text" lang="zh-Hans">${highlight(unit, marksIn(unit, S.theme, false), S.q)}</span>` : `<span class="print">${fingerprint(unit)}</span>`;
  return `<li><a class="item unit ${unit.kind}" href="${link({ u: unit.key })}" data-u="${esc(unit.key)}"${S.u === unit.key ? ' aria-current="true"' : ""}>` +
    `<span class="where">${shape(unit.doc_id)}<b>${esc(unitName(unit))}</b> <span>${unitLine(unit)}</span></span>${body}<span class="tags">${chips}</span></a></li>`;
}
