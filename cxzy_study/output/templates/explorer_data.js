// Data: the tables decoded, indexed by unit, and filtered. Nothing here touches the page.

const DATA = JSON.parse(document.getElementById("data").textContent);

const TABLES = Object.fromEntries(Object.entries(DATA.tables).map(([name, table]) => {
  const names = Object.keys(table.columns);
  const cells = names.map((c) => {
    const column = table.columns[c];
    return Array.isArray(column) ? column : column.at.map((i) => column.of[i]);
  });
  const rows = [];
  for (let i = 0; i < table.n; i++) {
    const row = { _table: name, _row: table.rows ? table.rows[i] : i + 1 };
    names.forEach((c, k) => { row[c] = cells[k][i]; });
    rows.push(row);
  }
  return [name, rows];
}));
const table = (name) => TABLES[name] || [];

const parseSpans = (text) => text ? text.split(";").map((p) => p.split("-").map(Number)) : [];
const placeText = (spans) => spans.replace(/-/g, "–").replace(/;/g, ", ");

const THEMES = DATA.themes, THEME = Object.fromEntries(THEMES.map((t) => [t.id, t]));
const DOCS = DATA.documents, DOC = Object.fromEntries(DOCS.map((d) => [d.id, d]));
const SOURCE = Object.fromEntries(table("sources").map((s) => [s.doc_id, s]));
const MODES = ["doctrine", "problem", "demanded", "planned", "under_way", "done", "outcome"];
const OWN = !DATA.paths.sources;
const HAS_TEXTS = DATA.texts !== null;

// A unit's id holds no dot, a document's (a file name) may.
const keyOf = (row) => `${row.doc_id}.${row.unit_id}`;

const UNITS = table("units").map((row, i) => Object.assign(row, {
  key: keyOf(row), at: i, places: parseSpans(row.spans), marks: {}, modes: {}, arena: "", facts: {},
}));
const UNIT = new Map(UNITS.map((u) => [u.key, u]));
const DOC_ORDER = Object.fromEntries(DOCS.map((d, i) => [d.id, i]));
UNITS.sort((a, b) => DOC_ORDER[a.doc_id] - DOC_ORDER[b.doc_id] || a.at - b.at);
UNITS.forEach((u, i) => { u.at = i; });

const CODERS = [];
for (const row of table("codes")) {
  if (!CODERS.includes(row.coder)) CODERS.push(row.coder);
  const unit = UNIT.get(keyOf(row));
  if (!unit || row.value !== 1) continue;
  if (row.theme.startsWith("mode=")) unit.modes[row.coder] = row;
  else if (row.theme !== "none") (unit.marks[row.coder] ||= new Map()).set(row.theme, row);
}
const CODER_ORDER = ["settled", "reader_1", "reader_2", "rules", "learned"];
CODERS.sort((a, b) => (CODER_ORDER.indexOf(a) + 99) % 99 - (CODER_ORDER.indexOf(b) + 99) % 99);
const DEFAULT_CODER = CODERS[0] || "";

for (const row of table("arenas")) if (UNIT.has(keyOf(row))) UNIT.get(keyOf(row)).arena = row.arena;
for (const name of ["evidence", "formulas", "quantities", "bodies", "announced", "about", "statements", "terms", "reader_1", "reader_2", "settled"]) {
  for (const row of table(name)) {
    const unit = UNIT.get(keyOf(row));
    if (unit) (unit.facts[name] ||= []).push(row);
  }
}
const READERS = new Set(["reader_1", "reader_2", "practices_reader_1", "practices_reader_2"]);
const PRACTICE_TABLES = ["practices", "practices_reader_1", "practices_reader_2"];
for (const name of PRACTICE_TABLES) for (const row of table(name)) {
  row.units = row.unit_ids.split(";").map((u) => UNIT.get(`${row.doc_id}.${u}`)).filter(Boolean);
  if (name === "practices") for (const unit of row.units) (unit.facts.practices ||= []).push(row);
}

const facts = (unit, name) => unit.facts[name] || [];
const marked = (unit, coder, theme) => Boolean(unit.marks[coder] && unit.marks[coder].has(theme));
const marksOf = (unit, coder) => THEMES.filter((t) => marked(unit, coder, t.id)).map((t) => t.id);
const allMarks = (unit) => THEMES.filter((t) => CODERS.some((c) => marked(unit, c, t.id))).map((t) => t.id);
const modeOf = (unit, coder) => {
  const row = unit.modes[coder];
  return row ? row.theme.slice(5) : "";
};
const differs = (unit, themes) =>
  (themes.length ? themes : allMarks(unit)).some((t) => new Set(CODERS.map((c) => marked(unit, c, t))).size > 1);

// What each filter asks of a unit: documents, arenas and so on are alternatives, themes must all hold.
const TESTS = {
  doc: (u, s) => !s.doc.length || s.doc.includes(u.doc_id),
  theme: (u, s) => s.theme.every((t) => marked(u, s.coder, t)),
  arena: (u, s) => !s.arena.length || s.arena.includes(u.arena),
  mode: (u, s) => !s.mode.length || s.mode.includes(modeOf(u, s.coder)),
  kind: (u, s) => !s.kind.length || s.kind.includes(u.kind),
  differ: (u, s) => !s.differ || differs(u, s.theme),
};
const passes = (unit, state, but) => Object.entries(TESTS).every(([name, test]) => name === but || test(unit, state));

// Traditional characters of a search are read as the simplified ones of the page.
const VARIANTS = new Map();
{
  const pairs = Array.from(DATA.variants || "");
  for (let i = 0; i + 1 < pairs.length; i += 2) VARIANTS.set(pairs[i], pairs[i + 1]);
}
const fold = (text) => String(text).normalize("NFKC").toLowerCase().replace(/[\u4e00-\u9fff]/g, (c) => VARIANTS.get(c) || c);
const words = (q) => fold(q).split(/\s+/).filter(Boolean);
const finds = (hay, q) => words(q).every((w) => hay.includes(w));

function unitHay(unit) {
  if (unit.hay === undefined) {
    const names = (name, ...columns) => facts(unit, name).flatMap((r) => columns.map((c) => r[c] || ""));
    unit.hay = fold([
      unit.key, unit.unit_id, unit.enumerator || "", HAS_TEXTS ? (DATA.texts[unit.key] || [""])[0] : "",
      ...names("terms", "term"), ...names("formulas", "surface", "family"), ...names("quantities", "surface", "thing"),
      ...names("bodies", "name", "surface"), ...names("statements", "thing", "thing_zh"), ...names("practices", "practice", "label_en", "gloss", "gloss_zh"),
      ...allMarks(unit).flatMap((t) => THEME[t].label), ...DOC[unit.doc_id].label,
    ].join("\n"));
  }
  return unit.hay;
}

// Lists of things: how rows make entries, and what a search looks at. A view is offered where its table has rows.
const LISTS = {
  practices: { table: "practices", key: (r) => r.practice_id, name: (r) => r.practice, unitsOf: (r) => r.units,
    hay: (r) => [r.practice, r.label_en, r.gloss, r.gloss_zh, r.body, r.practice_id] },
  formulas: { table: "formulas", key: (r) => r.family, name: (r) => r.surface,
    hay: (r) => [r.surface, r.family, r.parts, r.known_parts, r.pattern] },
  numbers: { table: "quantities", key: (r) => String(r._row), name: (r) => r.surface,
    hay: (r) => [r.surface, r.thing, r.measure, r.period, r.value] },
  bodies: { table: "bodies", key: (r) => r.name, name: (r) => r.name, hay: (r) => [r.name, r.surface, r.body_type, r.parent] },
  words: { table: "terms", key: (r) => r.term, name: (r) => r.term, count: (r) => r.n, hay: (r) => [r.term] },
};
for (const [name, list] of Object.entries(LISTS)) {
  const entries = new Map();
  for (const row of table(list.table)) {
    const key = list.key(row);
    if (!entries.has(key)) entries.set(key, { list: name, key, name: list.name(row), rows: [], hay: "" });
    const entry = entries.get(key);
    entry.rows.push(row);
    entry.hay += fold(list.hay(row).filter((x) => x !== null && x !== undefined).join("\n")) + "\n";
  }
  list.entries = [...entries.values()];
  list.unitsOf ||= (r) => [UNIT.get(keyOf(r))].filter(Boolean);
  list.count ||= () => 1;
}
const rowsOf = (entry, inside) => entry.rows.filter((r) => LISTS[entry.list].unitsOf(r).some((u) => inside.has(u)));
const total = (entry, rows) => rows.reduce((sum, r) => sum + LISTS[entry.list].count(r), 0);

function findRow(name, number) {
  const rows = table(name);
  const guess = rows[number - 1];
  return guess && guess._row === number ? guess : rows.find((r) => r._row === number);
}
const shareRow = (group, theme, coder) =>
  table("shares").find((r) => r.group === group && r.theme === theme && r.coder === coder);
