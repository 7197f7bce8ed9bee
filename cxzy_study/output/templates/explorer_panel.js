// The panel at the side: one unit with all its evidence, or one row of a table.

const section = (title, body, count) => body ? `<section><h3>${esc(title)}${count === undefined ? "" : ` <small>${count}</small>`}</h3>${body}</section>` : "";
const CLOSE = '<svg viewBox="0 0 16 16" aria-hidden="true"><path d="m3 4 1-1 4 4 4-4 1 1-4 4 4 4-1 1-4-4-4 4-1-1 4-4z"/></svg>';

function panelHead(kicker, title, neighbours = "") {
  return `<header><p class="kicker">${kicker}</p><h2 id="panel-title" tabindex="-1">${title}</h2><div class="tools">${neighbours}<a class="button" id="close" href="${link({})}" aria-label="${esc(t("explorer.close"))}" title="${esc(t("explorer.close"))} (Esc)">${CLOSE}</a></div></header>`;
}

function neighbour(unit, step) {
  const other = UNITS[unit.at + step];
  const there = other && other.doc_id === unit.doc_id;
  const label = esc(t(step < 0 ? "explorer.previous" : "explorer.next"));
  const arrow = step < 0 ? "‹" : "›";
  return there ? `<a class="button" id="${step < 0 ? "previous" : "next"}" href="${link({ u: other.key })}" aria-label="${label}" title="${label} (${step < 0 ? "←" : "→"})">${arrow}</a>`
    : `<span class="button off" aria-hidden="true">${arrow}</span>`;
}

function unitPanel(unit) {
  const source = SOURCE[unit.doc_id] || {};
  const head = panelHead(`${shape(unit.doc_id)}${esc(docName(unit.doc_id))} · ${esc(source.title || "")}`, esc(unitName(unit)), neighbour(unit, -1) + neighbour(unit, 1));
  return head + passage(unit, source) + unitFacts(unit) + codesOf(unit) + notesOn(unit) + evidenceOf(unit) + foundIn(unit);
}

function passage(unit, source) {
  if (HAS_TEXTS && DATA.texts[unit.key]) {
    const key = ["counted", "refused", "formula", "quantity", "body"].map((k) => `<mark class="${k}" style="--c:#555">${esc(t(`explorer.mark_${k}`))}</mark>`).join(" ");
    return `<p class="passage" lang="zh-Hans">${highlight(unit, marksIn(unit, [], true), S.q)}</p><p class="key">${key}</p>`;
  }
  const print = facts(unit, "terms").length || facts(unit, "practices").length ? `<p class="print">${fingerprint(unit)}</p>` : "";
  return `<div class="absent">${print}<p>${esc(t("explorer.no_text", { place: placeText(unit.spans), sha: String(source.sha256 || "").slice(0, 12) }))}</p><p><code>cxzy explore --corpus DIR --to FILE.html</code></p></div>`;
}

function unitFacts(unit) {
  const heading = UNITS.slice(0, unit.at).reverse().find((u) => u.doc_id === unit.doc_id && u.kind === "heading" && (unit.kind !== "heading" || u.depth < unit.depth));
  const pairs = [
    [t("explorer.kind"), t(`kind.${unit.kind}`) + (unit.enumerator ? ` ${esc(unit.enumerator)}` : "")],
    [t("explorer.section"), esc(unit.section) + (heading ? ` <a href="${link({ u: heading.key })}">${esc(t("explorer.under_heading", { unit: heading.unit_id }))}</a>` : "")],
    [t("explorer.place"), `${esc(placeText(unit.spans))} <small>${esc(t("explorer.n_characters", { n: unit.n_chars }))}</small>`],
    ...facts(unit, "about").filter((r) => r.body).map((r) => [t("explorer.speaks_of"), `<span lang="zh-Hans">${esc(r.body)}</span> <small>${esc(t(`explorer.about_${r.basis}`))}</small> ${cite(r)}`]),
    ...(unit.arena ? [[t("explorer.arena"), esc(t(`arena.${unit.arena}`))]] : []),
  ];
  const where = strip(unit.doc_id, new Set([unit]), { low: 12, label: stripLabel(unit.doc_id, 1) });
  return `<section>${where}<dl class="facts">${pairs.map(([k, v]) => `<dt>${esc(k)}</dt><dd>${v}</dd>`).join("")}</dl>${cite(unit)}</section>`;
}

function codesOf(unit) {
  const themes = allMarks(unit);
  const head = CODERS.map((c) => `<th scope="col"><span>${esc(t(`coder.${c}`))}</span></th>`).join("");
  const cell = (row) => row ? `<td><a class="yes" href="${link({ row: `codes.${row._row}` })}" title="codes ${row._row}">${row.probability === null || row.probability === undefined ? '<i aria-hidden="true"></i>' : fixed(row.probability)}<span class="off">${esc(t("explorer.marked"))}</span></a></td>` : '<td class="no">·</td>';
  const lines = themes.map((th) => `<tr><th scope="row">${swatch(th)}${soft(themeName(th))}</th>${CODERS.map((c) => cell(unit.marks[c] && unit.marks[c].get(th))).join("")}</tr>`);
  const modes = CODERS.some((c) => modeOf(unit, c)) ? `<tr class="mode"><th scope="row">${esc(t("explorer.mode"))}</th>${CODERS.map((c) => {
    const row = unit.modes[c];
    return row ? `<td><a href="${link({ row: `codes.${row._row}` })}">${esc(t(`mode.${row.theme.slice(5)}`))}</a></td>` : '<td class="no">·</td>';
  }).join("")}</tr>` : "";
  const body = themes.length || modes ? `<div class="wide"><table class="codes"><thead><tr><td></td>${head}</tr></thead><tbody>${lines.join("")}${modes}</tbody></table></div>` : "";
  return section(t("explorer.codes"), (themes.length ? "" : `<p class="quiet">${esc(t("explorer.no_theme"))}</p>`) + body);
}

function notesOn(unit) {
  const notes = ["settled", "reader_1", "reader_2"].flatMap((name) => facts(unit, name).map((r) => [name, r]));
  return section(t("explorer.notes"), notes.map(([name, r]) => `<p class="remark"><b>${esc(t(`coder.${name}`))}</b> ${remark(r.note)} ${cite(r)}</p>`).join(""));
}

function evidenceOf(unit) {
  const rows = facts(unit, "evidence");
  if (!rows.length) return "";
  const line = (r) => `<li class="rule ${r.verdict}" data-row="evidence.${r._row}"${S.theme.includes(r.theme) ? ' data-on=""' : ""}>${swatch(r.theme)}<span><b>${esc(themeName(r.theme))}</b> <code>${esc(r.rule)}</code>` +
    `<br><small>${esc(t("explorer.characters_at", { place: placeText(r.spans) }))}${r.why ? ` · ${esc(whyOf(r.why))}` : ""}</small> ${cite(r)}</span></li>`;
  const first = (r) => S.theme.includes(r.theme) ? 0 : 1;
  const sorted = [...rows].sort((a, b) => first(a) - first(b));
  const counted = sorted.filter((r) => r.verdict === "counted"), refused = sorted.filter((r) => r.verdict !== "counted");
  const more = refused.length ? `<details${counted.length ? "" : " open"}><summary>${esc(t("explorer.refused_matches", { n: refused.length }))}</summary><ul>${refused.map(line).join("")}</ul></details>` : "";
  return section(t("explorer.evidence"), `<p class="quiet">${esc(t("explorer.evidence_note"))}</p><ul>${counted.map(line).join("")}</ul>${more}`, counted.length);
}

function foundIn(unit) {
  const of = (list, r, text, extra) => `<li><a href="${link({ ...NO_FILTER, v: list, item: LISTS[list].key(r) })}">${esc(text)}</a>${extra ? ` <small>${esc(extra)}</small>` : ""} ${cite(r)}</li>`;
  const lists = [
    ["explorer.practices", facts(unit, "practices").map((r) => of("practices", r, zh() ? r.practice : r.label_en || r.practice, zh() ? r.gloss_zh : r.gloss))],
    ["explorer.statements", facts(unit, "statements").map((r) => `<li><b>${esc(t(`explorer.statement_${r.statement}`))}</b> ${esc(zh() ? r.thing_zh : r.thing)}${r.value === null ? "" : ` <small>${esc(show(r.value))}${esc(r.measure || "")}</small>`} ${cite(r)}</li>`)],
    ["explorer.formulas", facts(unit, "formulas").map((r) => of("formulas", r, r.surface, t(`explorer.status_${r.status.replace(/ /g, "_")}`)))],
    ["explorer.numbers", facts(unit, "quantities").map((r) => of("numbers", r, r.surface, [r.thing, t(`explorer.number_${r.kind}`)].filter(Boolean).join(comma())))],
    ["explorer.bodies", facts(unit, "bodies").map((r) => of("bodies", r, r.name, t(`explorer.body_${r.body_type}`)))],
    ["explorer.announced", facts(unit, "announced").map((r) => `<li>${esc(t("explorer.announced_line", { n: r.announced, noun: r.noun, found: r.found === null ? "–" : r.found }))} ${cite(r)}</li>`)],
  ];
  const terms = facts(unit, "terms").map((r) => `<a class="word" href="${link({ ...NO_FILTER, v: "words", item: r.term })}">${esc(r.term)}${r.n > 1 ? ` <small>×${r.n}</small>` : ""}</a>`).join(" ");
  return lists.filter(([, rows]) => rows.length).map(([key, rows]) => section(t(key), `<ul class="plain">${rows.join("")}</ul>`, rows.length)).join("") + section(t("explorer.words"), terms && `<p class="words">${terms}</p>`);
}
