// Lists of things found in the texts, their pages, and what a search finds.

const PAGE = 60;
let LIMIT = PAGE;

function listed(makers, cls = "list") {
  const rest = makers.length - LIMIT;
  return `<ul class="${cls}">${makers.slice(0, LIMIT).map((make) => make()).join("")}</ul>` +
    (rest > 0 ? `<p><button type="button" class="button wide-button" id="more">${esc(t("explorer.more", { n: rest }))}</button></p>` : "");
}

const inside = () => new Set(UNITS.filter((u) => passes(u, S)));
function entriesOf(name, units) {
  const list = LISTS[name];
  return list.entries.map((e) => ({ entry: e, rows: practiceFits(name, e, rowsOf(e, units)) }))
    .filter((x) => x.rows.length && (!S.q || finds(x.entry.hay, S.q)))
    .sort((a, b) => ORDERED.has(name) ? 0 : single(name, a) - single(name, b) || total(b.entry, b.rows) - total(a.entry, a.rows) || (a.entry.key < b.entry.key ? -1 : 1));
}
// Words of one character are mostly particles: they come last.
const single = (name, { entry }) => name === "words" && entry.key.length === 1 ? 1 : 0;
const ORDERED = new Set(["practices", "numbers"]);
// A practice bears themes of its own: they are asked, not those of the sentences that speak of it.
function practiceFits(name, entry, rows) {
  if (name !== "practices") return rows;
  const units = UNITS.filter((u) => passes(u, { ...S, theme: [], mode: [], differ: "" }));
  const all = new Set(units);
  return entry.rows.filter((r) => r.units.some((u) => all.has(u)) && S.theme.every((th) => r.themes.split(";").includes(th)) && (!S.mode.length || S.mode.includes(r.mode)));
}

const ENTRY = {
  practices: (r) => ({ title: zh() ? r.practice : r.label_en || r.practice, sub: zh() ? r.gloss_zh || r.gloss : r.gloss, tags: r.themes.split(";"), line: [r.body, t(`mode.${r.mode}`)] }),
  formulas: (r) => ({ title: r.surface, sub: [t(`explorer.status_${r.status.replace(/ /g, "_")}`), partsOf(r)].filter(Boolean).join(" · "), line: [] }),
  numbers: (r) => ({ title: [r.qualifier, r.surface].filter(Boolean).join(" "), sub: [r.thing, r.per, r.period].filter(Boolean).join(" · "), line: [t(`explorer.number_${r.kind}`), zh() && DATA.remarks[r.flag] || r.flag] }),
  bodies: (r) => ({ title: r.name, sub: [t(`explorer.body_${r.body_type}`), r.admin_level && t(`explorer.level_${r.admin_level}`), r.parent].filter(Boolean).join(" · "), line: [] }),
  words: (r) => ({ title: r.term, sub: "", line: [] }),
};
// Parts that are whole units of a source are kept as places; those stay places here.
const partsOf = (r) => (r.parts || r.known_parts || "").split("|").filter(Boolean).map((p) => p[0] === "@" ? `[${p.slice(1)}]` : p).join("、");

function entryItem(name, { entry, rows }) {
  const e = ENTRY[name](rows[0]);
  const counts = DOCS.map((d) => [d.id, rows.filter((r) => r.doc_id === d.id).reduce((s, r) => s + LISTS[name].count(r), 0)]).filter(([, n]) => n);
  const where = name === "practices" || name === "numbers" ? `<span class="by"><span>${shape(rows[0].doc_id)}${esc(docName(rows[0].doc_id))}</span></span>`
    : `<span class="by">${counts.map(([d, n]) => `<span title="${esc(docName(d))}">${shape(d)}${n}</span>`).join("")}</span>`;
  const line = e.line.filter(Boolean).join(" · ");
  const tags = (e.tags || []).map((th) => `<span class="tag">${swatch(th)}${esc(themeName(th))}</span>`).join("");
  return `<li><a class="item entry" href="${link({ v: name, item: entry.key })}"><span class="top"><b>${esc(e.title)}</b>${where}</span>${e.sub ? `<span class="sub">${esc(e.sub)}</span>` : ""}${line ? `<span class="quiet">${esc(line)}</span>` : ""}${tags ? `<span class="tags">${tags}</span>` : ""}</a></li>`;
}

function things(name) {
  const entry = S.item && LISTS[name].entries.find((e) => e.key === S.item);
  if (entry) return entryPage(name, entry);
  const found_ = entriesOf(name, inside());
  const rows = found_.reduce((n, x) => n + total(x.entry, x.rows), 0);
  const note = [t(`explorer.${name}_note`), ORDERED.has(name) ? "" : t("explorer.entries_rows", { entries: found_.length, n: rows })].filter(Boolean).join(zh() ? "" : " ");
  return viewHead(`${esc(t(`explorer.${name}`))} <small>${found_.length}</small>`, esc(note)) + (found_.length ? listed(found_.map((x) => () => entryItem(name, x)), name === "words" ? "list small grid" : name === "bodies" || name === "formulas" ? "list small" : "list") : empty());
}

function entryPage(name, entry) {
  const list = LISTS[name], e = ENTRY[name](entry.rows[0]);
  const units = [...new Set(entry.rows.flatMap((r) => list.unitsOf(r)))], all = new Set(units);
  const docs = DOCS.filter((d) => units.some((u) => u.doc_id === d.id));
  const strips = docs.map((d) => `<div class="row"><span class="name">${shape(d.id)}${esc(pick(d.label))}</span>${strip(d.id, all, { label: stripLabel(d.id, units.filter((u) => u.doc_id === d.id).length) })}<b>${name === "practices" ? units.length : entry.rows.filter((r) => r.doc_id === d.id).reduce((s, r) => s + list.count(r), 0)}</b></div>`).join("");
  let last = "";
  const rows = name === "practices" ? practiceFacts(entry.rows[0]) : entry.rows.map((r) => {
    const unit = list.unitsOf(r)[0];
    const said = ROWS[name](r).filter(([, v]) => v !== null && v !== "").map(([k, v]) => `<dt>${esc(k)}</dt><dd>${esc(v)}</dd>`).join("");
    // What is as in the row before is not said again.
    const more = said === last ? "" : said;
    last = said;
    return `<li class="occurrence">${cite(r)}${unit ? `<a class="item" href="${link({ u: unit.key })}">${shape(r.doc_id)}<b>${esc(unitName(unit))}</b> <span class="quiet">${r.spans ? esc(t("explorer.characters_at", { place: placeText(r.spans) })) : ""}</span></a>` : ""}${more ? `<dl class="facts">${more}</dl>` : ""}</li>`;
  });
  const body = name === "practices" ? rows : `<ul class="list">${rows.join("")}</ul>`;
  return `<p class="back"><a href="${link({ item: "" })}">‹ ${esc(t(`explorer.${name}`))}</a></p>` + viewHead(esc(e.title), esc(e.sub)) + section(t("explorer.where"), `<div class="strips">${strips}</div>`) +
    section(name === "practices" ? t("explorer.facts") : t("explorer.occurrences"), body, name === "practices" ? undefined : entry.rows.length) +
    (name === "practices" ? section(t("explorer.passages"), listed(units.map((u) => () => unitItem(u))), units.length) : "");
}

const ROWS = {
  formulas: (r) => [[t("explorer.as_printed"), r.surface], [t("explorer.parts"), partsOf(r)], [t("explorer.told"), r.told && t(`explorer.told_${r.told}`)], [t("explorer.parts_found"), r.n_announced === null ? "" : `${r.n_found ?? 0}/${r.n_announced}`], [t("explorer.known_from"), r.known_from]],
  numbers: (r) => [[t("explorer.value"), [show(r.value), r.value_to && `–${show(r.value_to)}`, r.measure].filter(Boolean).join("")], [t("explorer.thing"), r.thing], [t("explorer.number_kind"), t(`explorer.number_${r.kind}`)], [t("explorer.qualifier"), r.qualifier], [t("explorer.per"), r.per], [t("explorer.period"), r.period], [t("explorer.of"), r.of], [t("explorer.claimant"), r.claimant], [t("explorer.flag"), zh() && DATA.remarks[r.flag] || r.flag]],
  bodies: (r) => [[t("explorer.as_printed"), r.surface === r.name ? "" : r.surface], ["GB/T 2260", r.adcode]],
  words: (r) => [["n", r.n > 1 ? r.n : ""]],
};

// Values of a practice's columns, which share vocabularies: who takes part and for whom, say.
const GROUPS = { actor: "actor", addressee: "actor", checking: "forum", consequence: "consequence", step: "step", mode: "mode", cycle: "theme" };
function say(column, cell) {
  return String(cell).split(";").map((x) => has(`${GROUPS[column]}.${x}`) ? t(`${GROUPS[column]}.${x}`) : has(`explorer.${column}_${x}`) ? t(`explorer.${column}_${x}`) : x.replace(/_/g, " ")).join(comma());
}
const FIELDS = ["body", "forum", "actor", "addressee", "instrument", "mode", "checking", "consequence", "commitment", "cycle", "step", "whose_words", "quantities"];
const AS_TOLD = new Set(["body", "forum", "quantities"]);

function practiceFacts(r) {
  const lines = FIELDS.filter((c) => r[c] && r[c] !== "none").map((c) => `<dt>${esc(t(`explorer.${c}`))}</dt><dd>${AS_TOLD.has(c) ? `<span lang="zh-Hans">${esc(String(r[c]).replace(/;/g, "、"))}</span>` : esc(say(c, r[c]))}${c === "whose_words" ? registered(r) : ""}</dd>`).join("");
  const themes = r.themes.split(";").map((th) => themeChip(th)).join(" ");
  const kin = [...(r.parent ? table("practices").filter((x) => x.practice_id === r.parent) : []), ...table("practices").filter((x) => x.parent === r.practice_id)];
  const related = kin.map((x) => `<li>${x.practice_id === r.parent ? `${esc(t("explorer.part_of"))} ` : ""}<a href="${link({ item: x.practice_id })}">${esc(zh() ? x.practice : x.label_en || x.practice)}</a></li>`).join("");
  return `<p class="chips">${themes}</p><dl class="facts"><dt>${esc(t("explorer.name_in_text"))}</dt><dd lang="zh-Hans">${esc(r.practice)}</dd>${lines}</dl>${cite(r)}${related ? `<h4>${esc(t("explorer.related"))}</h4><ul class="plain">${related}</ul>` : ""}${inventories(r)}`;
}

// Entries of the register of central texts that its wording follows.
function registered(r) {
  const rows = (r.register_ids || "").split(";").map((id) => table("centre").find((x) => x.register_id === id)).filter(Boolean);
  return rows.map((x) => `<br><small>${esc(zh() ? x.name : x.name_en)}${x.dated_on ? ` (${esc(x.dated_on)})` : ""} ${cite(x)}</small>`).join("");
}

// The rows of the two readers that the settled row goes back to, and what was hesitated over.
function inventories(r) {
  const lines = ["reader_1", "reader_2"].flatMap((reader) => (r[reader] || "").split(";").map((id) => table(`practices_${reader}`).find((x) => x.practice_id === id)).filter(Boolean)
    .map((x) => `<p class="remark"><b>${esc(t(`coder.${reader}`))}</b> ${remark(x.gloss)}${x.note ? ` <span class="quiet">${remark(x.note)}</span>` : ""} ${cite(x)}</p>`));
  const settled = r.note ? `<p class="remark"><b>${esc(t("coder.settled"))}</b> ${remark(r.note)}</p>` : "";
  return lines.length || settled ? `<h4>${esc(t("explorer.both_readers"))}</h4>${lines.join("")}${settled}` : "";
}

// "left_out=langfang 48/48": a choice, its option, and how often the claim fails there.
function choiceOf(text) {
  const m = /^(\w+)=(\w+) (.*)$/.exec(text);
  if (!m) return text;
  const option = has(`option.${m[2]}`) ? t(`option.${m[2]}`) : has(`coder.${m[2]}`) ? t(`coder.${m[2]}`) : m[2];
  return `${has(`choice.${m[1]}`) ? t(`choice.${m[1]}`) : m[1]}${zh() ? "：" : ": "}${option} ${m[3]}`;
}

function claims() {
  const rows = table("claims").filter((r) => !S.q || finds(fold([r.claim_id, r.en, r.zh].join("\n")), S.q));
  const items = rows.map((r) => {
    const number = r.value === null ? "–" : fixed(r.value) + (r.low === null ? "" : bracket(t("explorer.interval_from", { low: fixed(r.low), high: fixed(r.high) })));
    const facts_ = [[t("explorer.claim_value"), `${number}${zh() ? "；" : "; "}${t(`explorer.claim_${r.side}`, { bound: r.bound })}`], [t("explorer.claim_stated"), t(`explorer.claim_${r.stated}`)],
      [t("explorer.claim_combinations"), r.n_universes ? t("explorer.claim_hold", { k: r.n_hold, n: r.n_universes }) : ""], [t("explorer.claim_fails_where"), (r.fails_where || "").split(";").filter(Boolean).map(choiceOf).join(zh() ? "；" : "; ")]];
    return `<li class="occurrence">${cite(r)}<p><b class="status ${esc(r.status)}">${esc(t(`explorer.claim_${r.status}`))}</b> ${esc(zh() ? r.zh : r.en)}</p><dl class="facts">${facts_.filter(([, v]) => v).map(([k, v]) => `<dt>${esc(k)}</dt><dd>${esc(v)}</dd>`).join("")}</dl>${concerns(r)}</li>`;
  });
  return viewHead(`${esc(t("explorer.claims"))} <small>${rows.length}</small>`, esc(t("explorer.claims_note"))) + (items.length ? `<ul class="list">${items.join("")}</ul>` : empty());
}

// What a search finds, of every kind.
function found() {
  const groups = [];
  const themes = THEMES.filter((th) => finds(fold([th.id, ...th.label, ...th.definition].join("\n")), S.q));
  if (themes.length) groups.push([t("explorer.themes"), themes.length, `<ul class="plain">${themes.map((th) => `<li><a class="item" href="${link({ ...NO_FILTER, v: "passages", theme: [th.id] })}">${swatch(th.id)}${esc(pick(th.label))}</a></li>`).join("")}</ul>`, ""]);
  const docs = DOCS.filter((d) => finds(fold([...d.label, ...Object.values(SOURCE[d.id])].join("\n")), S.q));
  if (docs.length) groups.push([t("explorer.sources"), docs.length, `<ul class="plain">${docs.map((d) => `<li><a class="item" href="${link({ ...NO_FILTER, v: "sources", item: d.id })}">${shape(d.id)}${esc(pick(d.label))} <small lang="zh-Hans">${esc(SOURCE[d.id].title)}</small></a></li>`).join("")}</ul>`, ""]);
  const units = inside();
  for (const name of Object.keys(LISTS)) {
    const entries = entriesOf(name, units);
    if (entries.length) groups.push([t(`explorer.${name}`), entries.length, `<ul class="list small">${entries.slice(0, 6).map((x) => entryItem(name, x)).join("")}</ul>`, entries.length > 6 ? link({ v: name, item: "" }) : ""]);
  }
  const passing = [...units].filter((u) => finds(unitHay(u), S.q));
  if (passing.length) groups.push([t("explorer.passages"), passing.length, `<ul class="list">${passing.slice(0, 6).map((u) => unitItem(u)).join("")}</ul>`, passing.length > 6 ? link({ v: "passages", item: "" }) : ""]);
  return viewHead(esc(t("explorer.found_for", { q: S.q })), "") + (groups.length ? groups.map(([title, n, body, all]) => section(title, body + (all ? `<p><a class="go" href="${all}">${esc(t("explorer.show_all", { n }))}</a></p>` : ""), n)).join("") : empty());
}
