// What pages can do beyond links and forms: stay up to date, dialogs, keys, charts, local times. Everything works without.
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const reveal = (element) => { if (element) element.hidden = false; };

  // the lamp: live, paused, reconnecting, signed out
  const lamp = $("#lamp"), pause = $("#pause"), live = $("#live"), notice = $("#notice");
  let paused = false, held = null, state = "";
  const show = (name) => {
    if (!lamp || state === name) return;
    state = name;
    lamp.className = "lamp " + ({ live: "ok", paused: "info", reconnecting: "warn", out: "bad" }[name] || "");
    lamp.lastElementChild.textContent = lamp.dataset[name];
  };
  const isHeld = () => paused || $("dialog[open]") || $("[data-bulk] input:checked");
  const swap = (text) => htmx.swap({ target: live, text, swap: "innerMorph", sourceElement: live });
  const catchUp = () => {
    if (isHeld()) return;
    show("live");
    if (held !== null) { const text = held; held = null; swap(text); }
  };
  const setPaused = (value) => {
    paused = value;
    pause.setAttribute("aria-pressed", String(value));
    if (value) show("paused"); else catchUp();
  };
  if (live) {
    reveal(pause);
    pause.addEventListener("click", () => setPaused(!paused));
    live.addEventListener("htmx:sse:after:connection", () => {
      notice.hidden = true;
      show(isHeld() ? "paused" : "live");
    });
    live.addEventListener("htmx:sse:error", (event) => show(event.detail.status === 401 ? "out" : "reconnecting"));
    live.addEventListener("htmx:sse:close", () => show("reconnecting"));
    live.addEventListener("htmx:response:error", (event) => show(event.detail.ctx?.response?.status === 401 ? "out" : "reconnecting"));
    live.addEventListener("htmx:sse:before:message", (event) => {
      const message = event.detail.message;
      if (message.event) return;
      if (isHeld()) { held = message.data; event.preventDefault(); show("paused"); } else { held = null; show("live"); }
    });
    live.addEventListener("stopping", (event) => {
      const { left } = JSON.parse(event.detail.data);
      const texts = notice.dataset;
      notice.textContent = left === null ? texts.unknown : left === 0 ? texts.none : left === 1 ? texts.one : texts.many.replace("{n}", left);
      reveal(notice);
      show("reconnecting");
    });
    live.addEventListener("htmx:after:swap", refresh);
  }

  // times: the reader's own beside UTC
  const local = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "medium" });
  const clock = new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3, hour12: false });
  document.addEventListener("pointerover", (event) => {
    const time = event.target.closest?.("time[datetime]");
    if (time) time.title = local.format(new Date(time.dateTime)) + "\n" + time.dateTime.replace("T", " ").replace("Z", " UTC");
  });

  // charts: uPlot in place of the still picture, fed by what the server rendered
  const charts = new Map();
  const probe = document.body.appendChild(document.createElement("span"));
  probe.hidden = true;
  const colour = (name) => { probe.style.color = "var(" + name + ")"; return getComputedStyle(probe).color; };
  function draw(figure) {
    const text = figure.dataset.chart;
    if (!text || !window.uPlot) return;
    const known = charts.get(figure), data = JSON.parse(text), canvas = $(".canvas", figure);
    const rows = [data.times, ...data.values];
    if (known) {
      known.marks = data.marks;
      if (known.text !== text) { known.text = text; known.plot.setData(rows); }
      return;
    }
    const entry = { text, marks: data.marks };
    const strokes = ["--accent", "--bad", "--warn"];
    const size = () => ({ width: Math.max(200, canvas.clientWidth), height: figure.classList.contains("tall") ? 190 : 110 });

    const axis = { stroke: () => colour("--muted"), grid: { stroke: () => colour("--line"), width: 1 }, ticks: { show: false }, font: "11px system-ui, sans-serif" };
    entry.plot = new uPlot({
      ...size(),
      padding: [8, 8, 0, 0],
      legend: { show: false },
      cursor: { y: false, points: { size: 7 } },
      scales: { y: { range: (_, low, high) => [0, Math.max(high * 1.1, 0.001)] } },
      axes: [{ ...axis, space: 70, values: (_, ticks) => ticks.map((t) => new Date(t * 1000).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", second: ticks[1] - ticks[0] < 60 ? "2-digit" : undefined, hour12: false })) }, { ...axis, size: 42 }],
      series: [{}, ...data.names.map((name, index) => ({
        label: name, width: 1.5, stroke: () => colour(strokes[index]), points: { show: false },
        fill: index ? undefined : () => colour("--accent-soft"),
      }))],
      hooks: {
        draw: [(plot) => {
          const context = plot.ctx;
          for (const mark of entry.marks) {
            const x = plot.valToPos(mark.at, "x", true);
            if (x < plot.bbox.left || x > plot.bbox.left + plot.bbox.width) continue;
            context.save();
            context.strokeStyle = colour("--muted");
            context.setLineDash([4, 4]);
            context.beginPath(); context.moveTo(x, plot.bbox.top); context.lineTo(x, plot.bbox.top + plot.bbox.height); context.stroke();
            context.fillStyle = colour("--muted");
            context.font = 11 * devicePixelRatio + "px system-ui, sans-serif";
            context.textAlign = "left";
            context.fillText(mark.label, x + 4, plot.bbox.top + 10 * devicePixelRatio);
            context.restore();
          }
        }],
        setCursor: [(plot) => {
          const index = plot.cursor.idx, caption = $("figcaption", figure);
          caption.dataset.still ??= caption.textContent;
          const said = index == null ? null : data.names.map((name, n) => name.replaceAll("_", " ") + " " + (plot.data[n + 1][index] ?? "—"));
          caption.textContent = said ? new Date(plot.data[0][index] * 1000).toLocaleTimeString(document.documentElement.lang) + "  ·  " + said.join("  ·  ") : caption.dataset.still;
        }],
      },
    }, rows, canvas);
    new ResizeObserver(() => entry.plot.setSize(size())).observe(canvas);
    charts.set(figure, entry);
  }
  function refresh() {
    $$("[data-chart]").forEach(draw);
    $$("time.clock").forEach((time) => { time.textContent = clock.format(new Date(time.dateTime)); });
    $$("[data-copy]").forEach(reveal);
    $$(".filters > button").forEach((button) => { button.hidden = true; });
    count();
  }

  // dialogs: what a link would show as a page
  const dialog = $("#dialog");
  let opener = null;
  const open = async (address, from) => {
    opener = from;
    await htmx.ajax("GET", address, { target: "#dialog-body", swap: "innerHTML" });
    if (!dialog.open) dialog.showModal();
    ($("input:not([type=hidden]):not([type=radio])", dialog) || $("button, a", dialog))?.focus();
  };
  if (dialog) {
    document.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      const lever = event.target.closest("[data-dialog]");
      if (lever) {
        event.preventDefault();
        if (lever.href) { open(lever.href, lever); return; }
        const form = lever.form, chosen = new FormData(form);
        if (!chosen.has("ids")) { $("input[name=ids]", form)?.focus(); return; }
        chosen.set(lever.name, lever.value);
        open(form.action + "?" + new URLSearchParams(chosen), lever);
        return;
      }
      if (event.target.closest("#dialog [data-close]")) { event.preventDefault(); dialog.close(); }
      if (event.target === dialog) dialog.close();
      const copy = event.target.closest("[data-copy]");
      if (copy) navigator.clipboard?.writeText(copy.dataset.copy);
    });
    dialog.addEventListener("close", () => {
      const isDone = $(".said", dialog) !== null;
      if (isDone) $$("[data-bulk] input:checked").forEach((box) => { box.checked = false; });
      $("#dialog-body").replaceChildren();
      count();
      catchUp();
      if (isDone && live === null) location.reload(); else opener?.focus();
    });
  }

  // bulk: how many are chosen
  function count() {
    const few = $("[data-chosen]"), all = $("[data-all]");
    if (!few) return;
    const chosen = $$("[data-bulk] input[name=ids]:checked").length;
    few.hidden = chosen === 0;
    all.hidden = chosen > 0;
    $("[data-selected]").textContent = chosen;
  }
  document.addEventListener("change", (event) => {
    if (event.target.name === "ids") { count(); catchUp(); return; }
    const form = event.target.closest("form.filters");
    if (form && event.target.matches("select, [type=radio], [type=checkbox]")) form.requestSubmit();
  });
  document.addEventListener("submit", (event) => {
    if (event.target.matches("form.filters")) $$("input, select", event.target).forEach((field) => { if (!field.value || (field.type === "radio" && !field.checked)) field.disabled = true; });
  });

  // dark or light
  const theme = $("#theme");
  if (theme) {
    reveal(theme);
    theme.addEventListener("click", () => {
      const root = document.documentElement, dark = matchMedia("(prefers-color-scheme: dark)").matches;
      const next = (root.dataset.theme || (dark ? "dark" : "light")) === "dark" ? "light" : "dark";
      root.dataset.theme = next;
      document.cookie = "corner_host_theme=" + next + "; max-age=31536000; samesite=strict";
      charts.forEach(({ plot }) => plot.redraw(false, true));
    });
  }

  // keys
  const help = $("#help"), keys = $("#keys");
  reveal(keys);
  keys?.addEventListener("click", () => help.showModal());
  let going = 0;
  const step = (by) => {
    const rows = $$("[data-row]");
    if (!rows.length) return;
    const at = rows.findIndex((row) => row.contains(document.activeElement));
    const row = rows[Math.min(rows.length - 1, Math.max(0, at < 0 ? (by > 0 ? 0 : rows.length - 1) : at + by))];
    const link = $("a[href]", row) || row;
    if (link === row) row.tabIndex = -1;
    link.focus();
    row.scrollIntoView({ block: "nearest" });
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input:not([type=checkbox]):not([type=radio]), select, textarea") || $("dialog[open]")) return;
    if (going && Date.now() - going < 1500) {
      going = 0;
      const link = $(`nav a[data-key="${CSS.escape(event.key)}"]`);
      if (link) { event.preventDefault(); link.click(); }
      return;
    }
    const act = {
      "/": () => ($("[data-search]") || $(".filters input"))?.focus(),
      "?": () => help?.showModal(),
      g: () => { going = Date.now(); },
      j: () => step(1),
      k: () => step(-1),
      p: () => live && setPaused(!paused),
    }[event.key];
    if (act) { event.preventDefault(); act(); }
  });

  // the menu is folded on narrow screens
  const menu = $(".menu");
  if (menu) {
    const narrow = matchMedia("(max-width: 859px)");
    const fold = () => { menu.open = !narrow.matches; };
    narrow.addEventListener("change", fold);
    fold();
  }
  refresh();
})();
