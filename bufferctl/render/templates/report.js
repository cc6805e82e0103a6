(() => {
  "use strict";
  const root = document.documentElement;
  const $ = (query, at = document) => at.querySelector(query);
  const $$ = (query, at = document) => [...at.querySelectorAll(query)];
  const make = (tag, values = {}, ...inside) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(values)) made.setAttribute(name, value);
    made.append(...inside);
    return made;
  };
  root.classList.add("js");
  const main = $("main"), calendar = $(".calendar"), dialog = $("dialog"), search = $(".bar input"), pick = $(".bar select");
  const wide = matchMedia("(min-width: 760px)");
  const called = new Map(main.dataset.called.split(" ").map((each) => each.replace("_", " ").split(":")));
  const kindOf = (row) => called.get(row.classList[1]) ?? "";

  /* In a large page the rows of a week are text until somebody needs them, or the browser has nothing else to do. */
  const weeks = $$(".agenda > section").map((section) => ({ section, rows: null }));
  const rowsOf = (week) => {
    if (week.rows) return week.rows;
    const text = $("noscript", week.section);
    if (text) text.outerHTML = text.textContent;
    week.rows = $$(".row", week.section);
    for (const row of week.rows) row.hidden = !isAsked(row);
    return week.rows;
  };
  const shown = (among = weeks) => among.flatMap(rowsOf).filter((row) => !row.hidden);
  const rowCalled = (id) => {
    const week = weeks.find(({ section }) => $("noscript", section)?.textContent.includes(`id="${id}"`));
    if (week) rowsOf(week);
    return document.getElementById(id);
  };

  /* What is below its rows comes packed: it is unpacked once, and a row gets its own when it is needed. */
  const packed = $("#bodies");
  let bodies = null, unpacking = null;
  const unpacked = () => {
    unpacking ??= unpack();
    return unpacking;
  };
  const unpack = async () => {
    const binary = atob(packed.textContent), bytes = new Uint8Array(binary.length);
    for (let at = 0; at < binary.length; at += 1) bytes[at] = binary.charCodeAt(at);
    const text = await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"))).text();
    bodies = JSON.parse(text);
    packed.remove();
  };
  const bodyOf = (row) => (packed ? (bodies?.[Number(row.id.slice(1))] ?? "") : ($(".body", row)?.innerHTML ?? ""));
  const filled = (row) => {
    if (bodies && row && !$(".body", row)) row.insertAdjacentHTML("beforeend", bodyOf(row));
    return $(".body", row ?? document.createElement("p"));
  };

  /* A search is for texts, names, days and links; not for counters, digests or what the page says by itself. */
  const SOUGHT = /<(?:p class="text"|h3|figcaption|b|p class="cw")[^>]*>(.*?)<\/(?:p|h3|figcaption|b)>|<li id="([^"]*)"|href="(https?:[^"]*)"/gs;
  const named = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&#34;": '"', "&#39;": "'" };
  const plain = (html) => html.replace(/<[^>]*>/g, "").replace(/&(?:amp|lt|gt|#34|#39);/g, (each) => named[each]);
  const words = new Map();
  const wordsOf = (row) => {
    if (!words.has(row)) {
      const found = [...bodyOf(row).matchAll(SOUGHT)].map((match) => plain(match[1] ?? match[2] ?? match[3]));
      const of = row.dataset.day, days = of ? [of, sayLong(of), $(".at", row).textContent] : [];
      const about = $$(".line em, .about > span:not(.nets, .own)", row).map((each) => each.textContent);
      words.set(row, [...about, ...days, ...found].join("\n").toLowerCase());
    }
    return words.get(row);
  };

  /* Tabs by network: made when an item is opened, so that a long page has few nodes. */
  const folds = new Map(main.dataset.folds.split(" ").filter(Boolean).map((each) => each.split(":")));
  const letters = new Intl.Segmenter("en");
  const fold = (version, service) => {
    const text = $(".post .text", version);
    if (!text) return;
    $(".fold", text)?.remove();
    for (const rest of $$(".rest", text)) rest.replaceWith(...rest.childNodes);
    text.normalize();
    let left = Number(folds.get(service) ?? 0);
    const kept = [...text.childNodes].filter((node) => node.nodeName !== "DEL");
    if (!left || kept.reduce((sum, node) => sum + node.textContent.length, 0) <= left * 1.05) return;
    for (const node of kept) {
      const length = node.textContent.length;
      if (length <= left) {
        left -= length;
        continue;
      }
      let from = node;
      if (node.nodeType === Node.TEXT_NODE) {
        let at = 0;
        for (const { index } of letters.segment(node.data)) if (index <= left) at = index;
        const space = node.data.lastIndexOf(" ", at);
        from = node.splitText(space > at - 20 && space > 0 ? space : at);
      }
      const rest = make("span", { class: "rest" });
      const range = document.createRange();
      range.setStartBefore(from);
      range.setEndAfter(text.lastChild);
      rest.append(range.extractContents());
      text.append(make("span", { class: "fold" }, "…see more"), rest);
      return;
    }
  };
  /* A background says nothing when it cannot be loaded, so ask for the same picture once more. */
  const check = (picture) => {
    const url = getComputedStyle(picture).backgroundImage.slice(5, -2);
    if (!url.startsWith("http")) return;
    const image = new Image(), text = `Image could not be loaded from ${new URL(url).host}`;
    image.addEventListener("error", () => picture.replaceWith(make("span", { class: "unseen" }, text)));
    image.src = url;
  };
  const prepare = (row) => {
    const body = filled(row);
    if (!body && packed && !bodies) unpacked().then(() => prepare(row));
    if (!body || "ready" in body.dataset) return;
    body.dataset.ready = "";
    const due = $("time", row)?.dateTime, then = due && new Date(due);
    if (then && local(then) !== `${row.dataset.day}T${$(".at b", row).textContent.replace("~", "")}`)
      $(".when", row).append(` · ${yours.format(then).replace(",", "")} for you`);
    $$(".pic", body).forEach(check);
    const versions = $$(".version", body), base = versions[0];
    const choices = versions.flatMap((version) => $$(".entries li", version).map((entry) => ({ version, entry })));
    const choose = ({ version, entry }, tabs) => {
      const service = serviceOf(entry), shown = version.classList.contains("same") ? base : version;
      for (const each of versions) {
        each.hidden = each !== version && each !== shown;
        $(".entries", each).hidden = each !== version;
      }
      for (const each of choices) if (each.version === version) each.entry.hidden = each.entry !== entry;
      shown.className = shown.className.replace(/^version \S+/, `version ${service}`);
      fold(shown, service);
      tabs?.forEach((tab, index) => {
        const chosen = choices[index].entry === entry;
        tab.setAttribute("aria-selected", String(chosen));
        tab.tabIndex = chosen ? 0 : -1;
      });
    };
    if (choices.length < 2) return choices.length ? choose(choices[0]) : undefined;
    choices.sort((one, other) => order(one) - order(other));
    const tabs = choices.map(({ version, entry }) => {
      const tab = make("button", { type: "button", role: "tab", "data-of": entry.id }, $(".net", entry).cloneNode(true), entry.dataset.name);
      if (version !== base) tab.append(make("span", { class: "dot", role: "img", "aria-label": "differs", title: "differs" }));
      return tab;
    });
    const list = make("div", { class: "tabs", role: "tablist", "aria-label": "Networks" }, ...tabs);
    tabs.forEach((tab, index) => tab.addEventListener("click", () => choose(choices[index], tabs)));
    list.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key], at = tabs.indexOf(event.target);
      if (!step || at < 0) return;
      event.preventDefault();
      event.stopPropagation();
      const next = (at + step + tabs.length) % tabs.length;
      choose(choices[next], tabs);
      tabs[next].focus();
    });
    const both = versions.filter((version) => !version.classList.contains("same"));
    base.before(list);
    if (both.length > 1) list.after(sideBySide(body, versions, both, () => choose(choices[0], tabs)));
    choose(choices[0], tabs);
  };
  /* Where there is room, the versions that differ stand beside each other. */
  const sideBySide = (body, versions, both, back) => {
    const button = make("button", { type: "button", class: "both", "aria-pressed": "false" }, "Side by side");
    button.addEventListener("click", () => {
      const on = body.classList.toggle("beside");
      button.setAttribute("aria-pressed", String(on));
      if (!on) return back();
      for (const version of versions) {
        version.hidden = !both.includes(version);
        for (const each of $$(".entries, .entries li", version)) each.hidden = false;
        fold(version, serviceOf($(".entries li", version)));
      }
      return undefined;
    });
    return button;
  };
  const order = ({ entry }) => [...entry.closest(".row").querySelectorAll(".nets .net")].findIndex((each) => each.classList.contains(serviceOf(entry)));
  const serviceOf = (entry) => $(".net", entry).classList[1];
  const yours = new Intl.DateTimeFormat("en-GB", { weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZoneName: "short" });
  const local = (then) => new Date(then.getTime() - then.getTimezoneOffset() * 6e4).toISOString().slice(0, 16);
  document.addEventListener("toggle", (event) => event.target.open && event.target.matches?.(".row") && prepare(event.target), true);

  /* What is shown. */
  let kind = "", view = "agenda", day = "";
  let asked = [];
  const isAsked = (row) =>
    (kind === "new" ? "new" in row.dataset : kind ? kindOf(row) === kind : "quiet" in main.dataset || !row.classList.contains("quiet")) &&
    (!pick?.value || $(`.about .net.${pick.value}`, row)) &&
    asked.every((word) => wordsOf(row).includes(word));
  const filter = () => {
    asked = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const isNarrowed = Boolean(kind || pick?.value || asked.length);
    let all = 0, found = 0;
    for (const week of weeks) {
      if (isNarrowed) rowsOf(week);
      for (const row of week.rows ?? []) row.hidden = !isAsked(row);
      const number = week.rows ? week.rows.filter((row) => !row.hidden).length : Number(week.section.dataset.shown);
      week.section.hidden = !number;
      week.section.style.containIntrinsicSize = `auto ${37 + (view === "short" ? 44 : 68) * number}px`;
      all += week.rows?.length ?? 0;
      found += number;
    }
    $(".found").textContent = isNarrowed ? `${found} of ${all}` : "";
    draw();
  };

  /* Days are text, 2029-12-03: the channel's own, whatever the zone of who looks. */
  const date = (of) => new Date(`${of}T00:00:00Z`);
  const plus = (of, days) => new Date(date(of).getTime() + days * 864e5).toISOString().slice(0, 10);
  const monday = (of) => plus(of, -((date(of).getUTCDay() + 6) % 7));
  const saying = (options) => {
    const format = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", ...options });
    return (of) => format.format(date(of));
  };
  const sayMonth = saying({ month: "long", year: "numeric" }), sayLong = saying({ dateStyle: "full" });
  const sayDay = saying({ weekday: "short", day: "numeric", month: "short" });
  const today = local(new Date()).slice(0, 10);
  const month = (of, number) => {
    const then = date(`${of.slice(0, 7)}-01`);
    then.setUTCMonth(then.getUTCMonth() + number);
    return then.toISOString().slice(0, 10);
  };
  const chip = (row) => {
    const theirs = row.classList.contains("theirs"), { kept } = row.dataset;
    const made = make(
      theirs ? "p" : "button",
      { class: `chip ${row.className.replace("row ", "")}${kept ? " kept" : ""}` },
      make("time", {}, $(".at b", row).textContent),
      ...(kept ? [make("i", {}, kept)] : []),
      ...(view === "week" && !theirs ? [$(".nets", row).cloneNode(true)] : []),
      make("em", { dir: "auto" }, theirs ? $(".about > span", row).textContent : $("em", row).textContent),
    );
    if (!theirs) {
      made.type = "button";
      made.addEventListener("click", () => open(row));
    }
    return made;
  };
  const cell = (of, most) => {
    const week = weeks.filter(({ section }) => section.dataset.from === monday(of));
    const here = shown(week).filter((row) => row.dataset.day === of), some = here.length > most ? most - 1 : most;
    const made = make("td", { class: view === "month" && of.slice(0, 7) !== day.slice(0, 7) ? "other" : "" });
    if (view === "month") made.append(make("span", { class: of === today ? "number today" : "number" }, String(Number(of.slice(8)))));
    made.append(...here.slice(0, some).map(chip));
    if (here.length > some) {
      const more = make("button", { type: "button", class: "chip more" }, `${here.length - some} more`);
      more.addEventListener("click", () => look("week", of));
      made.append(more);
    }
    return made;
  };
  const draw = () => {
    const grid = wide.matches && (view === "week" || view === "month");
    calendar.hidden = !grid;
    root.dataset.view = grid || view === "short" ? view : "agenda";
    for (const button of $$(".views button")) button.setAttribute("aria-pressed", String(button.dataset.view === root.dataset.view));
    if (!grid) return;
    const start = monday(view === "month" ? `${day.slice(0, 7)}-01` : day), mondays = [];
    for (let at = start; at === start || (view === "month" && at.slice(0, 7) <= day.slice(0, 7)); at = plus(at, 7)) mondays.push(at);
    const days = (from) => Array.from({ length: 7 }, (_, index) => plus(from, index));
    const title = view === "month" ? sayMonth(day) : `${sayDay(start)} to ${sayDay(plus(start, 6))}`;
    const step = (number) => (view === "month" ? month(day, number) : plus(day, 7 * number));
    const button = (label, text, number) => {
      const made = make("button", { type: "button", "aria-label": label }, text);
      made.addEventListener("click", () => {
        look(view, step(number));
        $(`.nav [aria-label="${label}"]`).focus();
      });
      return made;
    };
    const heads = days(start).map((of) => make("th", { scope: "col" }, view === "month" ? sayDay(of).slice(0, 3) : sayDay(of)));
    calendar.replaceChildren(
      make("div", { class: "nav" }, make("h2", { "aria-live": "polite" }, title), button(`Previous ${view}`, "‹", -1), button(`Next ${view}`, "›", 1)),
      make(
        "table",
        { class: view, "aria-label": title },
        make("thead", {}, make("tr", {}, ...heads)),
        make("tbody", {}, ...mondays.map((from) => make("tr", {}, ...days(from).map((of) => cell(of, view === "month" ? 5 : 99))))),
      ),
    );
  };
  const look = (name, of = day) => {
    [view, day] = [name, of];
    filter();
  };

  /* One item over the calendar: itself, since a copy would have its name twice. */
  let at = null;
  const put = () => {
    if (!at) return;
    at.mark.replaceWith(at.row);
    at.row.open = false;
  };
  const fill = (row) => {
    put();
    const mark = document.createComment("");
    row.replaceWith(mark);
    at = { row, mark };
    $("div", dialog).replaceChildren(row);
    row.open = true;
    prepare(row);
    dialog.scrollTop = 0;
  };
  const open = (row) => {
    fill(row);
    dialog.showModal();
  };
  const step = (number) => {
    const items = shown().filter((row) => !row.classList.contains("theirs"));
    const next = items[items.indexOf(at.row) + number];
    if (next) fill(next);
  };
  dialog.addEventListener("close", () => {
    put();
    at = null;
  });
  dialog.addEventListener("click", (event) => {
    const button = event.target.closest("[data-step]");
    if (event.target === dialog || button?.dataset.step === "0") dialog.close();
    else if (button) step(Number(button.dataset.step));
  });
  dialog.addEventListener("keydown", (event) => {
    const number = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (number && !event.defaultPrevented) step(number);
  });

  /* Arrows go from row to row. */
  $(".agenda").addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || !event.target.matches(".row > summary")) return;
    event.preventDefault();
    const items = shown().filter((row) => row.matches("details"));
    $("summary", items[items.indexOf(event.target.parentNode) + step] ?? event.target.parentNode).focus();
  });
  const follow = () => {
    const id = decodeURIComponent(location.hash.slice(1));
    let found = document.getElementById(id) ?? rowCalled(id);
    if (!found && id && packed) {
      if (!bodies) return void unpacked().then(follow);
      const number = bodies.findIndex((body) => body.includes(`<li id="${escaped(id)}"`));
      filled(rowCalled(`i${number}`));
      found = document.getElementById(id);
    }
    const row = found?.closest("details.row");
    if (!row) return;
    if (row.hidden || !$(".agenda").contains(row) || $(".agenda > section[data-from]")?.checkVisibility() === false) {
      [kind, search.value] = ["", ""];
      if (pick) pick.value = "";
      row.classList.contains("quiet") && (kind = kindOf(row));
      press();
      look("agenda");
    }
    row.open = true;
    prepare(row);
    $$("[role=tab]", row).find((tab) => tab.dataset.of === found.id)?.click();
    row.scrollIntoView({ block: "start" });
  };
  const escaped = (text) => text.replace(/[&<>"']/g, (each) => Object.entries(named).find(([, sign]) => sign === each)[0]);
  const press = () => {
    for (const button of $$(".kinds button")) button.setAttribute("aria-pressed", String(button.dataset.kind === kind));
  };
  for (const button of $$(".kinds button"))
    button.addEventListener("click", () => {
      kind = kind === button.dataset.kind ? "" : button.dataset.kind;
      press();
      filter();
    });
  for (const button of $$(".views button")) button.addEventListener("click", () => look(button.dataset.view));
  search.addEventListener("input", () => (packed && !bodies ? unpacked().then(filter) : filter()));
  pick?.addEventListener("change", filter);
  wide.addEventListener("change", draw);
  addEventListener("hashchange", follow);
  day = main.dataset.day || today;
  look(main.dataset.day ? "month" : "agenda");
  follow();
  addEventListener("load", () => requestAnimationFrame(follow)); // the browser scrolls to the address itself meanwhile
  /* On paper everything is there. */
  addEventListener("beforeprint", () => {
    for (const row of shown()) {
      if (!row.matches("details") || row.open) continue;
      filled(row);
      row.open = true;
      row.dataset.printed = "";
    }
  });
  addEventListener("afterprint", () => {
    for (const row of $$("[data-printed]")) {
      row.open = false;
      delete row.dataset.printed;
    }
  });
  for (const week of weeks) if (!$("noscript", week.section)) rowsOf(week); // so that no row is seen and then goes
  const near = new IntersectionObserver((seen) => {
    for (const { isIntersecting, target } of seen) if (isIntersecting) rowsOf(weeks.find((week) => week.section === target));
  }, { rootMargin: "100% 0px" });
  const idle = globalThis.requestIdleCallback ?? ((call) => setTimeout(call, 20));
  const goOn = () => {
    const week = weeks.find(({ rows }) => !rows);
    if (packed && !unpacking) unpacked();
    else if (week) rowsOf(week);
    else return near.disconnect();
    return idle(goOn);
  };
  for (const { section } of weeks) near.observe(section);
  idle(goOn);
  main.dataset.ready = "";
})();
