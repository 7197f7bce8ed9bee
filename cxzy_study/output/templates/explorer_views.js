// The views of themes: overview, passages, coders, sources.

const viewHead = (title, note) => `<header class="view"><h1>${title}</h1>${note ? `<p>${note}</p>` : ""}</header>`;
const empty = () => `<div class="empty"><p>${esc(t("explorer.nothing"))}</p><p><a class="button wide-button" href="${link({ ...NO_FILTER })}">${esc(t("explorer.clear"))}</a></p></div>`;

function overview() {
  if (S.q) return found();
  const sentences = UNITS.filter((u) => u.kind === "sentence").length;
  const intro = t(OWN ? "explorer.intro_own" : HAS_TEXTS ? "explorer.intro_texts" : "explorer.intro", { documents: DOCS.length, sentences, themes: THEMES.length });
  return viewHead(esc(t(OWN ? "explorer.title_own" : "explorer.themes_told")), esc(intro)) + matrix() + legend();
}

function matrix() {
  const rows = table("shares").filter((r) => r.coder === S.coder);
  const kinds = [...new Set(table("shares").map((r) => r.group_kind))];
  const by = S.by === "arena" && kinds.includes("arena") ? "arena" : "source";
  const groups = by === "arena" ? DATA.arenas : DOCS.map((d) => d.id);
  const cells = Object.fromEntries(rows.filter((r) => r.group_kind === by).map((r) => [`${r.group} ${r.theme}`, r]));
  const switches = kinds.length > 1 ? `<p class="switch" role="group" aria-label="${esc(t("explorer.columns"))}">${["source", "arena"].map((k) => `<a href="${link({ by: k === "arena" ? "arena" : "" })}"${by === k ? ' aria-current="true"' : ""}>${esc(t(`explorer.by_${k}`))}</a>`).join("")}</p>` : "";
  if (!Object.keys(cells).length) return switches + `<p class="absent">${esc(t("explorer.no_shares", { coder: t(`coder.${S.coder}`) }))}</p>`;
  const most = Math.max(...Object.values(cells).map((r) => r.share || 0), 0.01);
  const first = Object.fromEntries(groups.map((g) => [g, Object.values(cells).find((r) => r.group === g)]));
  const head = groups.map((g) => {
    const name = by === "arena" ? t(`arena.${g}`) : docName(g);
    const to = by === "arena" ? link({ ...NO_FILTER, v: "passages", arena: [g] }) : link({ ...NO_FILTER, v: "sources", item: g });
    return `<th scope="col"><a href="${to}">${by === "arena" ? "" : shape(g)}<span>${soft(name)}</span></a><small>${first[g] ? esc(t("axis.n_units", { n: first[g].n_units })) : ""}</small></th>`;
  }).join("");
  const body = THEMES.map((th) => `<tr><th scope="row"><a href="${link({ ...NO_FILTER, v: "passages", theme: [th.id] })}">${swatch(th.id)}<span>${soft(pick(th.label))}</span></a></th>${groups.map((g) => cell(cells[`${g} ${th.id}`], most)).join("")}</tr>`).join("");
  return `<div class="above">${switches}<p class="quiet">${esc(t("explorer.matrix_note"))}</p></div><div class="wide"><table class="matrix${groups.length > 7 ? " many" : ""}"><caption class="off">${esc(t("explorer.matrix_caption"))}</caption><thead><tr><td></td>${head}</tr></thead><tbody>${body}</tbody></table></div>`;
}

function cell(row, most) {
  if (!row || row.share === null) return '<td class="void">–</td>';
  const only = row.group_kind === "arena" ? { arena: [row.group] } : { doc: [row.group] };
  const i = Math.round((row.share / most) * (DATA.shades.length - 1)), shade = DATA.shades[i];
  const [r, g, b] = [1, 3, 5].map((k) => parseInt(shade.slice(k, k + 2), 16));
  const dark = 0.299 * r + 0.587 * g + 0.114 * b < 135;
  const label = `${themeName(row.theme)}, ${groupName(row)}: ${t("explorer.share_line", { k: row.n_coded, n: row.n_units, share: percent(row.share) })}`;
  return `<td${row.censored ? ' class="censored"' : ""}><a class="item" href="${link({ ...NO_FILTER, ...only, v: "passages", theme: [row.theme], kind: ["sentence"] })}" style="background-color:${shade};color:${dark ? "#fff" : "#1a1a1a"}" title="${esc(label)}" aria-label="${esc(label)}">${row.n_coded ? `${percent(row.share)}<small>${row.n_coded}</small>` : "0"}</a></td>`;
}

function legend() {
  const notes = [t("note.coder", { coder: t(`coder.${S.coder}`) })];
  const hatched = S.by === "arena" ? table("shares").some((r) => r.group_kind === "arena" && r.censored) : DOCS.some((d) => d.censored);
  if (hatched) notes.push(t("explorer.note_censored"));
  if (!OWN && DOCS.length > 1) notes.push(t("note.places"));
  notes.push(t("note.codebook", { version: DATA.codebook.version, sha: DATA.codebook.sha.slice(0, 12) }));
  return `<p class="legend">${esc(notes.join(zh() ? "" : " "))}</p>`;
}

function passages() {
  const units = UNITS.filter((u) => passes(u, S) && (!S.q || finds(unitHay(u), S.q)));
  const shown = new Set(units);
  const one = S.theme.length === 1 ? S.theme[0] : "";
  const title = S.theme.length ? S.theme.map((th) => `<span class="whole">${swatch(th)}${esc(themeName(th))}</span>`).join(' <span class="and">+</span> ') : esc(t("explorer.passages"));
  const docs = DOCS.filter((d) => !S.doc.length || S.doc.includes(d.id)).filter((d) => S.doc.length || units.some((u) => u.doc_id === d.id) || DOCS.length <= 8);
  const strips = docs.slice(0, 12).map((d) => {
    const n = units.filter((u) => u.doc_id === d.id).length;
    return `<div class="row"><a class="name" href="${link({ doc: toggled(S.doc, d.id) })}">${shape(d.id)}${esc(pick(d.label))}</a>${strip(d.id, shown, { colour: one ? THEME[one].colour : undefined, label: stripLabel(d.id, n) })}<b>${n}</b></div>`;
  }).join("");
  const note = one ? `<p class="definition">${esc(pick(THEME[one].definition))}</p>` : "";
  return viewHead(title, "") + note + (one ? themeCard(one) : "") +
    (units.length ? section(t("explorer.where"), `<div class="strips">${strips}</div>`) + section(t("explorer.passages"), listed(units.map((u) => () => unitItem(u))), units.length) : empty());
}

// Shares of one theme with their intervals: what the numbers are before the passages are read.
function themeCard(theme) {
  const rows = table("shares").filter((r) => r.theme === theme && r.coder === S.coder && r.share !== null);
  const order = (r) => r.group_kind === "arena" ? 100 + DATA.arenas.indexOf(r.group) : DOC_ORDER[r.group];
  rows.sort((a, b) => order(a) - order(b));
  const max = Math.min(1, Math.ceil(Math.max(0.1, ...rows.map((r) => r.high ?? r.share)) * 10) / 10);
  const chosen = (r) => r.group_kind === "arena" ? S.arena.includes(r.group) : S.doc.includes(r.group) && !S.arena.length;
  const lines = rows.map((r) => {
    const only = r.group_kind === "arena" ? { doc: [], arena: [r.group] } : { arena: [], doc: [r.group] };
    const range = r.low === null ? "" : `${percent(r.low)}–${percent(r.high)}`;
    return `<tr class="${r.group_kind}"${chosen(r) ? ' aria-current="true"' : ""}><th scope="row"><a class="item" href="${link({ ...only, item: "", kind: ["sentence"] })}">${r.group_kind === "arena" ? "" : shape(r.group)}${esc(groupName(r))}</a></th>` +
      `<td class="num">${r.n_coded}/${r.n_units}</td><td class="num"><b>${percent(r.share)}</b></td><td class="plot">${interval(r.low, r.share, r.high, { max, colour: r.group_kind === "arena" ? "#5f5f5f" : DOC[r.group].colour, hollow: r.n_units < 20, dashed: Boolean(r.censored) })}</td><td class="num range">${range}</td><td class="last">${cite(r)}</td></tr>`;
  }).join("");
  const made = [...new Set(rows.map((r) => r.interval).filter(Boolean))].map((m) => t(`interval.${m}`)).join(zh() ? "" : " ");
  const only = rows.filter(chosen);
  const figure = only.length === 1 ? `<p class="figure"><b>${percent(only[0].share)}</b> <span>${esc(t("explorer.k_of_n", { k: only[0].n_coded, n: only[0].n_units }))}${only[0].low === null ? "" : ` · ${esc(t("explorer.interval_from", { low: percent(only[0].low), high: percent(only[0].high) }))}`}</span> ${cite(only[0])}</p>` : "";
  const body = lines && `<table class="shares"><thead class="off"><tr>${["explorer.group", "explorer.counted_of", "axis.share", "explorer.interval", "explorer.interval", "explorer.citation"].map((k) => `<th scope="col">${esc(t(k))}</th>`).join("")}</tr></thead><tbody>${lines}</tbody></table><p class="axis-note">0–${percent(max)}${zh() ? "。" : ". "}${esc(made)}</p>`;
  const practices = table("practices").filter((r) => r.themes.split(";").includes(theme) && (!S.doc.length || S.doc.includes(r.doc_id)));
  const with_ = practices.length ? `<p><a class="go" href="${link({ ...NO_FILTER, v: "practices", theme: [theme], doc: S.doc })}">${esc(t("explorer.practices_of_theme", { n: practices.length }))}</a></p>` : "";
  const sure_ = sure(theme);
  const folded = (title, inner) => inner ? `<details class="fold"><summary>${esc(title)}</summary>${inner}</details>` : "";
  return (figure ? figure + folded(t("explorer.compare"), body) : section(t("axis.share"), body)) + folded(t("explorer.how_sure"), sure_) + with_;
}

function sure(theme) {
  const lines = table("agreement").filter((r) => r.theme === theme).map((r) => r.alpha === null ? "" :
    `<li>${esc(t("explorer.alpha_line", { a: t(`coder.${r.a}`), b: t(`coder.${r.b}`), alpha: fixed(r.alpha), low: fixed(r.alpha_low), high: fixed(r.alpha_high), verdict: t(`explorer.${r.verdict}`) }))} ${cite(r)}</li>`);
  lines.push(...table("scores").filter((r) => r.theme === theme && r.f1 !== null).map((r) =>
    `<li>${esc(t("explorer.score_line", { coder: t(`coder.${r.coder}`), precision: fixed(r.precision), recall: fixed(r.recall), f1: fixed(r.f1) }))} ${cite(r)}</li>`));
  return lines.join("") && `<ul class="plain">${lines.join("")}</ul>`;
}

function coders() {
  const one = (r) => `<tr><th scope="row">${THEME[r.theme] ? `<a class="item" href="${link({ ...NO_FILTER, v: "passages", theme: [r.theme], differ: "1" })}">${swatch(r.theme)}${soft(themeName(r.theme))}</a>` : esc(t(`explorer.all_${r.theme.replace(/\W/g, "")}`))}</th>` +
    `<td class="num"><b>${fixed(r.alpha)}</b></td><td class="plot guides">${interval(r.alpha_low, r.alpha, r.alpha_high, { min: 0, colour: { reliable: "#1e7800", tentative: "#96650a", unreliable: "#b4004b" }[r.verdict] || "#5f5f5f" })}</td><td class="num range">${r.alpha_low === null ? "" : `${fixed(r.alpha_low)}–${fixed(r.alpha_high)}`}</td><td class="verdict">${esc(t(`explorer.${r.verdict}`))}</td><td class="last">${cite(r)}</td></tr>`;
  const pairs = [...new Set(table("agreement").map((r) => `${r.a}|${r.b}`))];
  const agreement = pairs.map((p) => section(`${t(`coder.${p.split("|")[0]}`)} – ${t(`coder.${p.split("|")[1]}`)}`,
    `<table class="shares">${table("agreement").filter((r) => `${r.a}|${r.b}` === p).map(one).join("")}</table><p class="axis-note">${esc(t("explorer.alpha_note"))}</p>`)).join("");
  const held = [...new Set(table("scores").map((r) => r.coder))].map((c) => section(t("explorer.held_against", { coder: t(`coder.${c}`), reference: t("coder.settled") }),
    `<table class="shares">${table("scores").filter((r) => r.coder === c).map((r) => `<tr><th scope="row"><a class="item" href="${link({ ...NO_FILTER, v: "passages", theme: [r.theme], coder: c })}">${swatch(r.theme)}${soft(themeName(r.theme))}</a></th><td class="num"><b>${fixed(r.f1)}</b></td><td class="plot">${interval(null, r.f1, null, { colour: THEME[r.theme].colour })}</td><td class="num range">${fixed(r.precision)} / ${fixed(r.recall)}</td><td class="num">${r.n_true}</td><td class="last">${cite(r)}</td></tr>`).join("")}</table><p class="axis-note">${esc(t("explorer.score_note"))}</p>`)).join("");
  return viewHead(esc(t("explorer.coders")), esc(t("explorer.coders_note"))) + agreement + held;
}

function sources() {
  if (S.item && DOC[S.item]) return sourcePage(S.item);
  const docs = DOCS.filter((d) => (!S.doc.length || S.doc.includes(d.id)) && (!S.q || finds(fold(Object.values(SOURCE[d.id]).concat(d.label).join("\n")), S.q)));
  if (!docs.length) return viewHead(esc(t("explorer.sources")), "") + empty();
  const cards = docs.map((d) => {
    const s = SOURCE[d.id];
    const facts_ = [has(`genre.${s.genre}`) && t(`genre.${s.genre}`), has(`level.${s.admin_level}`) && t(`level.${s.admin_level}`), s.author && people(s.author), s.published_on,
      s.completeness === "censored" && t("completeness.censored"), s.campaign === "forerunner" && t("campaign.forerunner")].filter(Boolean);
    const n = UNITS.filter((u) => u.doc_id === d.id && u.kind === "sentence").length;
    return `<li><a class="item card" href="${link({ item: d.id })}"><b>${shape(d.id)}${esc(pick(d.label))}</b><span lang="zh-Hans">${esc(s.title)}</span><span class="quiet">${esc(facts_.join(" · "))}</span><span class="quiet">${esc(t("axis.n_units", { n }))}</span>${strip(d.id, new Set(), { low: 10, links: false, label: stripLabel(d.id, 0) })}</a></li>`;
  }).join("");
  return viewHead(esc(t("explorer.sources")), "") + `<ul class="cards">${cards}</ul>`;
}

function sourcePage(id) {
  const s = SOURCE[id], mine = UNITS.filter((u) => u.doc_id === id);
  const basis = Object.fromEntries(table("source_basis").filter((r) => r.doc_id === id).map((r) => [r.fact, r]));
  const value = (c, v) => ["genre", "completeness", "campaign", "script"].includes(c) && has(`${c}.${v}`) ? t(`${c}.${v}`) : c === "admin_level" && v ? t(`level.${v}`) : c === "author" ? people(v) : show(v);
  const lines = Object.keys(DATA.tables.sources.columns).filter((c) => !["doc_id", "place_en", "place_zh"].includes(c) && !(s[c] === "" && !basis[c])).map((c) => {
    const b = basis[c], why = b ? [t(`explorer.basis_${b.basis}`), b.spans && t("explorer.characters_at", { place: placeText(b.spans) })].filter(Boolean).map(esc).concat(b.reason ? [remark(b.reason)] : []).join(" · ") : "";
    return `<dt>${esc(t(`explorer.source_${c}`))}</dt><dd>${s[c] === "" || s[c] === null ? "–" : `<span${c === "sha256" ? ' class="hash"' : ""}>${esc(value(c, s[c]))}</span>`}${why ? `<br><small>${why}</small> ${cite(b)}` : ""}</dd>`;
  }).join("");
  const bars = THEMES.map((th) => {
    const on = mine.filter((u) => marked(u, S.coder, th.id));
    return `<div class="row"><a class="name item" href="${link({ ...NO_FILTER, v: "passages", doc: [id], theme: [th.id] })}">${esc(pick(th.label))}</a>${strip(id, new Set(on), { colour: th.colour, low: 12, label: `${pick(th.label)}: ${on.length}` })}<b>${on.length}</b></div>`;
  }).join("");
  const removed = {};
  for (const r of table("removed")) if (r.doc_id === id) removed[r.reason] = (removed[r.reason] || 0) + r.n_chars;
  const reasons = Object.entries(removed).sort((a, b) => b[1] - a[1]).map(([why, n]) => `<tr><th scope="row">${esc(t(`reason.${why}`))}</th><td class="num">${show(n)}</td></tr>`).join("");
  return `<p class="back"><a href="${link({ item: "" })}">‹ ${esc(t("explorer.sources"))}</a></p>` + viewHead(shape(id) + esc(docName(id)), `<span lang="zh-Hans">${esc(s.title)}</span>`) +
    `<p><a class="go" href="${link({ ...NO_FILTER, v: "passages", doc: [id] })}">${esc(t("explorer.all_passages", { n: mine.length }))}</a></p>` +
    section(t("explorer.barcode"), `<div class="strips tight">${bars}</div>`) + section(t("explorer.facts"), `<dl class="facts">${lines}</dl>${cite(s)}`) +
    section(t("explorer.removed"), reasons && `<table class="counts">${reasons}</table>`);
}
