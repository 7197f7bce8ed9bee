// State in the address, frame of the page, keyboard.

const $ = (id) => document.getElementById(id);

const VIEWS = [
  ["overview", true, overview], ["passages", UNITS.length, passages],
  ...Object.keys(LISTS).map((name) => [name, table(LISTS[name].table).length, () => things(name)]),
  ["claims", table("claims").length, claims],
  ["coders", table("agreement").length || table("scores").length, coders],
  ["sources", DOCS.length, sources],
].filter(([, offered]) => offered);
const UNFILTERED = new Set(["coders", "claims", "overview"]);

function parse(hash) {
  const p = new URLSearchParams(hash.replace(/^#/, ""));
  const many = (name, known) => (p.get(name) || "").split(",").filter((x) => x && known(x));
  const view = p.get("v");
  return {
    v: VIEWS.some(([name]) => name === view) ? view : "overview", item: p.get("item") || "",
    doc: many("doc", (d) => DOC[d]), theme: many("theme", (x) => THEME[x]), arena: many("arena", (a) => DATA.arenas.includes(a)),
    mode: many("mode", (m) => MODES.includes(m)), kind: many("kind", (k) => ["heading", "sentence"].includes(k)),
    coder: CODERS.includes(p.get("coder")) ? p.get("coder") : DEFAULT_CODER, differ: p.get("differ") ? "1" : "",
    by: p.get("by") || "", q: p.get("q") || "", u: UNIT.has(p.get("u")) ? p.get("u") : "", row: p.get("row") || "",
    lang: ["en", "zh"].includes(p.get("lang")) ? p.get("lang") : (navigator.language || "en").startsWith("zh") ? "zh" : "en",
  };
}
const go = (changes) => { location.hash = hashOf({ ...S, ...changes }); };

function head() {
  const other = zh() ? "en" : "zh";
  $("head").innerHTML = `<a class="home" href="${link({ ...NO_FILTER, v: "overview", by: "" })}"><b>${OWN ? "cxzy" : "创先争优"}</b><span>${esc(t(OWN ? "explorer.title_own" : "explorer.title"))}</span></a>` +
    `<div class="seek" role="search"><input id="q" type="search" autocomplete="off" spellcheck="false" placeholder="${esc(t("explorer.search"))}" aria-label="${esc(t("explorer.search"))}" aria-keyshortcuts="/"><kbd aria-hidden="true">/</kbd></div>` +
    `<a class="button" id="lang" lang="${other === "zh" ? "zh-Hans" : "en"}" hreflang="${other}" href="${esc(hashOf({ ...S, lang: other }))}">${other === "zh" ? "中文" : "English"}</a><button type="button" class="button" id="ask" aria-label="${esc(t("explorer.help"))}" title="${esc(t("explorer.help"))} (?)">?</button>`;
  $("q").value = S.q;
  $("skip").textContent = t("explorer.skip");
  $("foot").textContent = t("explorer.foot", { name: DATA.study.name, version: DATA.study.version || "" });
}

function tabs() {
  const counts = (name) => !S.q ? "" : name === "passages" ? [...inside()].filter((u) => finds(unitHay(u), S.q)).length : LISTS[name] ? entriesOf(name, inside()).length : "";
  $("tabs").setAttribute("aria-label", t("explorer.views"));
  $("tabs").innerHTML = VIEWS.map(([name]) => `<a href="${link({ v: name, item: "" })}"${S.v === name ? ' aria-current="page"' : ""}>${esc(t(`explorer.${name}`))}${counts(name) === "" ? "" : ` <small>${counts(name)}</small>`}</a>`).join("");
  const on = $("tabs").querySelector("[aria-current]");
  if (on && $("tabs").scrollWidth > $("tabs").clientWidth) $("tabs").scrollLeft = on.offsetLeft - 60;
}

const OPEN = window.matchMedia("(min-width: 62rem)");
function facets() {
  const pool = (but) => UNITS.filter((u) => passes(u, S, but) && (!S.q || UNFILTERED.has(S.v) || finds(unitHay(u), S.q)));
  const group = (name, values, label, test) => {
    if (values.length < 2) return "";
    const units = pool(name === "theme" ? "" : name), counts = values.map((v) => units.filter((u) => test(u, v)).length), most = Math.max(1, ...counts);
    const items = values.map((v, i) => {
      const on = S[name].includes(v);
      return counts[i] || on ? `<li><a role="checkbox" aria-checked="${on}" href="${link({ [name]: toggled(S[name], v), item: "", v: ["overview", "coders", "claims"].includes(S.v) ? "passages" : S.v })}" style="--w:${((100 * counts[i]) / most).toFixed(1)}%">${label(v)}<small>${counts[i]}</small></a></li>` : "";
    }).join("");
    return items && `<section><h2>${esc(t(`explorer.facet_${name}`))}</h2><ul>${items}</ul></section>`;
  };
  const coder = CODERS.length > 1 ? `<section><h2><label for="coder">${esc(t("explorer.facet_coder"))}</label></h2><select id="coder">${CODERS.map((c) => `<option value="${esc(c)}"${c === S.coder ? " selected" : ""}>${esc(t(`coder.${c}`))}</option>`).join("")}</select>` +
    `<label class="check"><input type="checkbox" id="differ"${S.differ ? " checked" : ""}> ${esc(t("explorer.facet_differ"))}</label></section>` : "";
  const n = S.doc.length + S.theme.length + S.arena.length + S.mode.length + S.kind.length + (S.differ ? 1 : 0);
  const clear = n ? `<a class="clear" href="${link({ ...NO_FILTER, q: S.q, item: S.item })}">${esc(t("explorer.clear"))}</a>` : "";
  const was = $("facets").querySelector("details");
  const open = was && !OPEN.matches ? was.open : OPEN.matches;
  $("facets").setAttribute("aria-label", t("explorer.filters"));
  $("facets").innerHTML = `<details${open ? " open" : ""}><summary>${esc(t("explorer.filters"))}${n ? ` <b>${n}</b>` : ""}</summary><div>${clear}` +
    group("doc", DOCS.map((d) => d.id), (d) => `${shape(d)}<span>${esc(docName(d))}</span>`, (u, d) => u.doc_id === d) +
    group("theme", THEMES.map((x) => x.id), (x) => `${swatch(x)}<span>${esc(themeName(x))}</span>`, (u, x) => marked(u, S.coder, x)) +
    group("arena", DATA.arenas, (a) => `<span>${esc(t(`arena.${a}`))}</span>`, (u, a) => u.arena === a) +
    group("mode", MODES.filter((m) => UNITS.some((u) => modeOf(u, S.coder) === m)), (m) => `<span>${esc(t(`mode.${m}`))}</span>`, (u, m) => modeOf(u, S.coder) === m) +
    group("kind", ["sentence", "heading"], (k) => `<span>${esc(t(`kind.${k}`))}</span>`, (u, k) => u.kind === k) + coder + "</div></details>";
}

// What stands in force, each with a way to take it off.
function pills() {
  const pill = (text, changes) => `<a class="pill" href="${link(changes)}">${text}<span aria-hidden="true"> ×</span><span class="off"> ${esc(t("explorer.take_off"))}</span></a>`;
  const all = [
    ...S.doc.map((d) => pill(shape(d) + esc(docName(d)), { doc: toggled(S.doc, d) })), ...S.theme.map((x) => pill(swatch(x) + esc(themeName(x)), { theme: toggled(S.theme, x) })),
    ...S.arena.map((a) => pill(esc(t(`arena.${a}`)), { arena: toggled(S.arena, a) })), ...S.mode.map((m) => pill(esc(t(`mode.${m}`)), { mode: toggled(S.mode, m) })),
    ...S.kind.map((k) => pill(esc(t(`kind.${k}`)), { kind: toggled(S.kind, k) })), ...(S.differ ? [pill(esc(t("explorer.facet_differ")), { differ: "" })] : []),
    ...(S.q ? [pill(`“${esc(S.q)}”`, { q: "" })] : []),
  ];
  return all.length ? `<p class="pills" aria-label="${esc(t("explorer.in_force"))}">${all.join("")}</p>` : "";
}

let before = null, opener = "";
function render() {
  const old = before;
  S = parse(location.hash);
  const state = JSON.stringify({ ...S, u: "", row: "" });
  const fresh = !old || old.state !== state;
  document.documentElement.lang = zh() ? "zh-Hans" : "en";
  if (!old || old.S.lang !== S.lang) { head(); help(); }
  $("lang").href = hashOf({ ...S, lang: zh() ? "en" : "zh" });
  $("head").querySelector(".home").href = hashOf({ ...S, ...NO_FILTER, v: "overview", by: "", u: "", row: "" });
  if (document.activeElement !== $("q")) $("q").value = S.q;
  if (fresh) {
    if (!old || old.S.v !== S.v || old.S.item !== S.item || old.S.q !== S.q) LIMIT = PAGE;
    const focus = document.activeElement && $("facets").contains(document.activeElement) ? [...$("facets").querySelectorAll("a,select,input,summary")].indexOf(document.activeElement) : -1;
    tabs();
    facets();
    if (focus >= 0) [...$("facets").querySelectorAll("a,select,input,summary")][focus]?.focus();
    body();
    if (old && (old.S.v !== S.v || old.S.item !== S.item)) window.scrollTo(0, 0);
    document.title = [S.item && S.v !== "overview" ? S.item : "", t(`explorer.${S.v}`), t(OWN ? "explorer.title_own" : "explorer.title")].filter(Boolean).join(" · ");
  }
  panel(old, fresh);
  before = { S, state };
}
function body() {
  $("main").innerHTML = (S.v === "coders" ? "" : pills()) + VIEWS.find(([name]) => name === S.v)[2]();
}

function panel(old, fresh) {
  const id = S.u || S.row, place = $("panel"), was = old ? old.S.u || old.S.row : "";
  document.body.classList.toggle("with-panel", Boolean(id));
  place.hidden = !id;
  if (!id) {
    if (was && opener) document.querySelector(`#main a[href="${CSS.escape(opener)}"], #main [data-u="${CSS.escape(old.S.u)}"]`)?.focus({ preventScroll: true });
    place.innerHTML = "";
  } else if (fresh || id !== was) {
    place.setAttribute("role", "region");
    place.setAttribute("aria-labelledby", "panel-title");
    place.innerHTML = S.row ? rowPanel(S.row) : unitPanel(UNIT.get(S.u));
    if (id !== was) { place.scrollTop = 0; if (old) $("panel-title").focus({ preventScroll: true }); }
  }
  for (const a of document.querySelectorAll("#main [data-u]")) {
    if (a.dataset.u === S.u) a.setAttribute("aria-current", "true"); else a.removeAttribute("aria-current");
  }
}

function help() {
  const keys = [["/", "search"], ["↑ ↓", "move"], ["Enter", "open"], ["← →", "neighbours"], ["Esc", "close"], ["1–9", "views"], ["L", "language"], ["?", "help"]];
  $("help").innerHTML = `<h2>${esc(t("explorer.help"))}</h2><p>${esc(t("explorer.help_text"))}</p><dl>${keys.map(([k, name]) => `<dt><kbd>${k}</kbd></dt><dd>${esc(t(`explorer.key_${name}`))}</dd>`).join("")}</dl><form method="dialog"><button class="button wide-button">${esc(t("explorer.close"))}</button></form>`;
  $("help").setAttribute("aria-label", t("explorer.help"));
}

function copy(id) {
  const dot = id.lastIndexOf("."), row = findRow(id.slice(0, dot), Number(id.slice(dot + 1)));
  const text = `${citation(row)}. ${location.href.split("#")[0].split("/").pop()}#row=${id}`;
  const done = () => { $("said").textContent = t("explorer.copied", { what: `${row._table} ${row._row}` }); $("said").className = "on"; setTimeout(() => { $("said").className = ""; }, 1800); };
  const byHand = () => {
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
    done();
  };
  if (navigator.clipboard && window.isSecureContext) navigator.clipboard.writeText(text).then(done, byHand); else byHand();
}

// The address takes a new entry with the first letter of a search, and is changed in place by the next ones.
let typing = false, waiting = 0;
function seek() {
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    const hash = hashOf({ ...S, q: $("q").value.trim(), u: "", row: "", item: "" });
    if (hash === location.hash) return;
    history[typing ? "replaceState" : "pushState"](null, "", hash);
    typing = true;
    render();
  }, 140);
}

const items = () => [...document.querySelectorAll("#main .item")].filter((a) => a.offsetParent !== null);
function move(step) {
  const all = items(), at = all.indexOf(document.activeElement);
  const next = all[at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + step))];
  if (next) { next.focus(); next.scrollIntoView({ block: "nearest" }); }
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || $("help").open) return;
  const field = event.target.matches("input[type=search]"), other = event.target.matches("select, textarea");
  const key = event.key;
  if (key === "Escape") {
    if (field && $("q").value) { $("q").value = ""; seek(); }
    else if (S.u || S.row) go({ u: "", row: "" });
    else if (field) $("q").blur();
    else if (S.item) go({ item: "" });
    else return;
  } else if (field) {
    if (key === "ArrowDown" || key === "Enter") move(1); else return;
  } else if (other) return;
  else if (key === "/") { $("q").focus(); $("q").select(); }
  else if (key === "?") $("help").showModal();
  else if (key === "ArrowDown" || key === "ArrowUp") {
    if ($("panel").contains(document.activeElement)) return;
    move(key === "ArrowDown" ? 1 : -1);
  } else if ((key === "ArrowLeft" || key === "ArrowRight") && S.u) {
    const a = $(key === "ArrowLeft" ? "previous" : "next");
    if (!a) return;
    a.click();
  } else if (key === "l" || key === "L") $("lang").click();
  else if (/^[1-9]$/.test(key) && VIEWS[key - 1]) go({ v: VIEWS[key - 1][0], item: "", u: "", row: "" });
  else return;
  event.preventDefault();
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("button, #skip");
  const a = event.target.closest("#main a");
  if (a) opener = a.getAttribute("href");
  if (!button) return;
  if (button.dataset.cite) copy(button.dataset.cite);
  else if (button.id === "ask") $("help").showModal();
  else if (button.id === "more") { LIMIT += 10 * PAGE; const at = items().length; body(); items()[at]?.focus(); }
  else if (button.id === "skip") { event.preventDefault(); $("main").focus(); }
});
document.addEventListener("change", (event) => {
  if (event.target.id === "coder") go({ coder: event.target.value, u: "", row: "" });
  if (event.target.id === "differ") go({ differ: event.target.checked ? "1" : "", u: "", row: "", v: UNFILTERED.has(S.v) ? "passages" : S.v });
});
document.addEventListener("input", (event) => { if (event.target.id === "q") seek(); });
document.addEventListener("focusin", (event) => { if (event.target.id === "q") typing = false; });
// A mark in the text and the rule behind it light up together.
const light = (event, on) => {
  const of = event.target.closest && event.target.closest("#panel [data-row], #panel mark[data-rows]");
  if (!of) return;
  const ids = (of.dataset.row || of.dataset.rows).split(" ");
  for (const other of $("panel").querySelectorAll("[data-row], mark[data-rows]")) {
    if ((other.dataset.row || other.dataset.rows).split(" ").some((x) => x && ids.includes(x))) other.classList.toggle("lit", on);
  }
};
document.addEventListener("mouseover", (event) => light(event, true));
document.addEventListener("mouseout", (event) => light(event, false));

window.addEventListener("hashchange", render);
window.addEventListener("popstate", render);
OPEN.addEventListener("change", facets);
document.fonts.ready.then(render, render);
