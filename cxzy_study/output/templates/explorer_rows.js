// The panel for rows of a table: one in full, or several as a list; and what lies behind them.

// "shares.45" names a row, "practices.1-4,9" several.
function parseRows(id) {
  const dot = id.lastIndexOf("."), numbers = [];
  for (const part of id.slice(dot + 1).split(",")) {
    const [a, b] = part.split("-").map(Number);
    for (let i = a; i <= (b || a) && numbers.length < 5000; i++) if (i) numbers.push(i);
  }
  return { name: id.slice(0, dot), numbers: [...new Set(numbers)] };
}

function rowPanel(id) {
  const { name, numbers } = parseRows(id), number = numbers[0];
  if (numbers.length > 1) return rowsPanel(name, numbers);
  const row = findRow(name, number);
  const path = DATA.paths[name];
  if (!row) {
    return panelHead(esc(t("explorer.row")), esc(`${name} ${number || ""}`)) + `<p class="absent">${esc(t("explorer.row_elsewhere", { n: number || "–", table: name }))} ${path ? `<code>${esc(path)}</code>` : ""}</p>`;
  }
  const notes = DATA.columns[name] || {};
  const cells = Object.keys(DATA.tables[name].columns).map((c) => [c, row[c]]);
  const value = (c, v) => {
    if (v === null || v === "") return '<span class="quiet">–</span>';
    if (c === "theme" || c === "themes") return String(v).split(";").map((x) => THEME[x] ? themeChip(x) : esc(x)).join(" ");
    if (c === "unit_id" && UNIT.has(keyOf(row))) return `<a href="${link({ u: keyOf(row) })}">${esc(v)}</a>`;
    if (c === "unit_ids" && row.units) return row.units.map((u) => `<a href="${link({ u: u.key })}">${esc(u.unit_id)}</a>`).join(", ");
    if (c === "doc_id" && DOC[v]) return `${shape(v)}${esc(v)}${zh() ? ` <small>${esc(docName(v))}</small>` : ""}`;
    if (c === "rule" && DATA.codebook.rules[v]) return `<code>${esc(v)}</code><br><code class="quiet">${esc(DATA.codebook.rules[v])}</code>`;
    if (/spans$/.test(c)) return esc(placeText(String(v)));
    if (c === "why" && name === "evidence") return esc(whyOf(v));
    // What a reader wrote is data: its row shows the words themselves too.
    if (READERS.has(name) && remarkIn(v)) return `${esc(remarkIn(v))}<br><small lang="en">${esc(v)}</small>`;
    if (["note", "reason", "source", "why", "flag", "gloss"].includes(c)) return remark(String(v));
    if (c === "fails_where") return esc(String(v).split(";").map(choiceOf).join(zh() ? "；" : "; "));
    const plain = String(v).split(";").map((x) => x.replace(/_/g, " ")).join(comma()), said = meaning(c, String(v), row);
    return esc(String(v)) + (said && said !== plain ? ` <small>${esc(said)}</small>` : "");
  };
  // A reader's gloss is told in Chinese in its own column, a settled one in the next.
  const field = (c) => `field.${c === "gloss" && READERS.has(name) ? "gloss_zh" : c}`;
  const rows = cells.map(([c, v]) => `<dt title="${esc(notes[c] || "")}">${zh() && has(field(c)) ? `${esc(t(field(c)))} ` : ""}<code>${esc(c)}</code></dt><dd>${value(c, v)}</dd>`).join("");
  return panelHead(esc(t("explorer.row")), `${esc(name)} ${number}`) + (notes[""] ? `<p class="quiet">${esc(t("explorer.row_is", { what: zh() ? t(`rowof.${name}`) : notes[""] }))}</p>` : "") + behind(row) + `<dl class="facts cells">${rows}</dl>` +
    section(t("explorer.citation"), `<p class="citation">${esc(citation(row))}</p><button type="button" class="button wide-button" data-cite="${esc(id)}">${COPY} ${esc(t("explorer.copy_citation"))}</button>`);
}

// What a row is called in a list of rows, and where it leads: to its sentence or its page, else to the row itself.
function rowName(r) {
  if (r._table === "practices") return zh() ? r.practice : r.label_en || r.practice;
  if (r._table === "statements") return `${t(`explorer.statement_${r.statement}`)}${colon()}${zh() ? r.thing_zh : r.thing}`;
  if (r._table === "accountability") return `${[say("actor", r.answers), say("checking", r.forum), say("consequence", r.consequence)].join(" → ")}${colon()}${r.n_practices}`;
  if (r._table === "agreement") return `${THEME[r.theme] ? themeName(r.theme) : t(`explorer.all_${r.theme.replace(/\W/g, "")}`)}${colon()}α ${fixed(r.alpha)}${comma()}${t(`explorer.${r.verdict}`)}`;
  if (r._table === "sources") return docName(r.doc_id);
  if (r._table === "claims") return zh() ? r.zh : r.en;
  return r.surface || r.name || Object.keys(DATA.tables[r._table].columns).map((c) => r[c]).filter((v) => v !== null && v !== "").slice(0, 4).join(" · ");
}
function rowsPanel(name, numbers) {
  const rows = numbers.map((n) => findRow(name, n)).filter(Boolean);
  const list = Object.entries(LISTS).find(([, l]) => l.table === name);
  const line = (r) => {
    const unit = r.unit_id && UNIT.get(keyOf(r));
    const to = unit ? link({ u: unit.key }) : name === "practices" ? link({ ...NO_FILTER, v: "practices", item: r.practice_id }) : name === "sources" ? link({ ...NO_FILTER, v: "sources", item: r.doc_id }) : link({ row: `${name}.${r._row}` });
    const where = unit ? unitName(unit) : list && DOC[r.doc_id] ? docName(r.doc_id) : "";
    return `<li><a class="item" href="${to}">${DOC[r.doc_id] ? shape(r.doc_id) : ""}${esc(rowName(r))}</a> <small>${esc(where)}</small> ${cite(r)}</li>`;
  };
  const title = `${esc(name)} <small>${esc(t("explorer.n_rows", { n: rows.length }))}</small>`;
  if (!rows.length) return panelHead(esc(t("explorer.row")), esc(name)) + `<p class="absent">${esc(t("explorer.row_elsewhere", { n: numbers[0] || "–", table: name }))}</p>`;
  return panelHead(esc(t("explorer.rows_of")), title) + `<ul class="plain rows">${rows.map(line).join("")}</ul>`;
}

// The sentences that a row counts or tells of.
function unitsBehind(row) {
  if (row._table === "shares" || row._table === "silence") {
    const only = row.group_kind === "arena" ? { arena: [row.group] } : { doc: [row.group] };
    return UNITS.filter((u) => passes(u, { ...NO_FILTER, ...only, theme: [row.theme], kind: ["sentence"], coder: row.coder }));
  }
  if (row.units) return row.units;
  return row.unit_id && UNIT.has(keyOf(row)) && row._table !== "units" ? [UNIT.get(keyOf(row))] : [];
}
const unitLinks = (units) => units.length ? `<ul class="plain behind">${units.map((u) => `<li><a class="item" href="${link({ u: u.key })}" data-u="${esc(u.key)}">${shape(u.doc_id)}<b>${esc(unitName(u))}</b> <small>${marksOf(u, S.coder).map((x) => esc(themeName(x))).join(zh() ? "、" : ", ")}</small></a></li>`).join("")}</ul>` : "";

// What a coded value says in the page's language, where the glossary knows it.
const AS = {
  a: ["coder."], b: ["coder."], reference: ["coder."], answers: ["actor."], status: ["sight."], claim_status: ["status."], admin_level: ["level.", "explorer.level_"],
  body_type: ["explorer.body_"], basis: ["explorer.about_"], fact: ["field."], group: ["arena."], group_kind: ["explorer.by_"], stated: ["explorer.claim_"], calibrated: ["calibration."], method: ["calibration."],
};
const UNSAID = new Set(["unit_id", "claim_id", "register_id", "sha256", "adcode", "section", "term"]);
function meaning(column, value, row) {
  if (column === "doc_id" || column === "group") { if (DOC[value]) return zh() ? docName(value) : ""; }
  // What a value of the agreement on an attribute is, the attribute says.
  if (column === "value" && row.attribute) return meaning(row.attribute, value, row);
  const keys = (x) => [...(AS[column] || []).map((family) => family + x), `${column}.${x}`, `explorer.${column}_${x}`, `value.${column}_${x}`, `${GROUPS[column]}.${x}`, `explorer.${x}`, `theme.${x}`, `status.${x}`, `value.${x}`];
  const coded = column === "calibrated" ? /^[a-z_;.]+$/ : /^[a-z_;0-9]*[a-z][a-z_;0-9]*$/;
  if (!coded.test(value) || UNSAID.has(column) || (/_ids?$/.test(column) && column !== "doc_id")) return "";
  if (row._table === "practices" && column === "forum") return "";
  return value.split(";").map((x) => { const key = keys(x).find(has); return key ? t(key) : x.replace(/_/g, " "); }).join(comma());
}

// What a number rests on: the way from a row to its passages.
function behind(row) {
  if (row._table === "shares") {
    const only = row.group_kind === "arena" ? { arena: [row.group] } : { doc: [row.group] };
    const to = link({ ...NO_FILTER, ...only, v: "passages", theme: [row.theme], kind: ["sentence"], coder: row.coder });
    return `<p><a class="go" href="${to}">${esc(t("explorer.sentences_behind", { n: row.n_coded }))}</a></p>${unitLinks(unitsBehind(row))}`;
  }
  if (["scores", "agreement"].includes(row._table) && THEME[row.theme]) {
    const to = link({ ...NO_FILTER, v: "passages", theme: [row.theme], coder: row.coder || row.a, ...(row._table === "agreement" ? { differ: "1" } : {}) });
    return `<p><a class="go" href="${to}">${esc(t("explorer.passages_behind"))}</a></p>`;
  }
  if (row._table === "claims") return concerns(row);
  if (row._table === "accountability") return `<ul class="plain behind">${row.practice_ids.split(";").map((id) => table("practices").find((p) => p.practice_id === id)).filter(Boolean).map((p) => `<li><a class="item" href="${link({ ...NO_FILTER, v: "practices", item: p.practice_id })}">${shape(p.doc_id)}${esc(rowName(p))}</a> ${cite(p)}</li>`).join("")}</ul>`;
  if (row._table === "sources") return `<p><a class="go" href="${link({ ...NO_FILTER, v: "sources", item: row.doc_id })}">${esc(t("explorer.to_source"))}</a></p>`;
  const list = Object.entries(LISTS).find(([, l]) => l.table === row._table);
  const parts = [];
  if (row.unit_id && UNIT.has(keyOf(row)) && row._table !== "units") parts.push(`<a class="go" href="${link({ u: keyOf(row) })}">${esc(t("explorer.to_unit", { unit: unitName(UNIT.get(keyOf(row))) }))}</a>`);
  if (row._table === "units") parts.push(`<a class="go" href="${link({ u: row.key })}">${esc(t("explorer.to_unit", { unit: unitName(row) }))}</a>`);
  if (list) parts.push(`<a class="go" href="${link({ ...NO_FILTER, v: list[0], item: list[1].key(row) })}">${esc(t("explorer.to_entry"))}</a>`);
  const many = row.units ? unitLinks(row.units) : "";
  return (parts.length ? `<p>${parts.join("<br>")}</p>` : "") + many;
}

// What a claim speaks of: its themes in its documents, or the practices that it counts.
function concerns(row) {
  const of = (DATA.concerns || {})[row.claim_id] || {}, parts = [];
  if (of.together) {
    const n = UNITS.filter((u) => passes(u, { ...NO_FILTER, theme: of.themes, kind: ["sentence"], coder: DEFAULT_CODER })).length;
    parts.push(`<a class="go" href="${link({ ...NO_FILTER, v: "passages", theme: of.themes, kind: ["sentence"] })}">${esc(t("explorer.sentences_on", { theme: of.themes.map(themeName).join(" + "), n }))}</a>`);
  }
  for (const th of of.themes || []) {
    const docs = (of.docs || []).filter((d) => DOC[d]);
    for (const doc of docs.length ? docs.map((d) => [d]) : [[]]) {
      const n = UNITS.filter((u) => passes(u, { ...NO_FILTER, doc, theme: [th], kind: ["sentence"], coder: DEFAULT_CODER })).length;
      parts.push(`<a class="go" href="${link({ ...NO_FILTER, v: "passages", theme: [th], doc, kind: ["sentence"] })}">${swatch(th)}${esc(t("explorer.sentences_on", { theme: themeName(th), n }))}${doc.length ? ` (${esc(docName(doc[0]))})` : ""}</a>`);
    }
  }
  if (of.column) {
    const rows = table("practices").filter((p) => (!(of.docs || []).length || of.docs.includes(p.doc_id)) && String(p[of.column]).split(";").some((x) => of.values.includes(x)));
    if (rows.length) parts.push(`<a class="go" href="${link({ row: `practices.${rows.map((p) => p._row).join(",")}` })}">${esc(t("explorer.practices_counted", { what: of.values.map((x) => say(of.column, x)).join(comma()), n: rows.length }))}</a>`);
  }
  if (!parts.length && (of.docs || []).length) for (const d of of.docs) parts.push(`<a class="go" href="${link({ ...NO_FILTER, v: "passages", doc: [d] })}">${shape(d)}${esc(t("explorer.sentences_of", { document: docName(d) }))}</a>`);
  if (!parts.length) parts.push(`<a class="go" href="${link({ ...NO_FILTER, v: "overview" })}">${esc(t("explorer.themes_told"))}</a>`);
  return `<p>${parts.join("<br>")}</p>`;
}
