(() => {
  "use strict";
  const root = document.documentElement;
  const $ = (query, at = document) => at.querySelector(query);
  const $$ = (query, at = document) => [...at.querySelectorAll(query)];
  const make = (tag, values = {}, ...inside) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(values)) if (value !== null) made.setAttribute(name, value);
    made.append(...inside.filter((each) => each !== null));
    return made;
  };
  const main = $("main"),
    calendar = $(".calendar"),
    list = $(".list"),
    sheet = $(".sheet");
  const search = $(".search input"),
    pick = $(".pick select"),
    boxes = $$(".kinds input"),
    found = $(".found");
  const narrow = matchMedia("(max-width: 760px)");

  /* What there is: each card once, with what calendar and filters ask of it. */
  const channels = new Map($$("option[data-glyph]", pick).map((each) => [each.value, each]));
  const posts = $$(".card").map((card) => {
    const { kind, channel, at = "", day = "", clock = "" } = card.dataset;
    return {
      card,
      kind,
      channel,
      at,
      day,
      clock,
      sign: $(".do .sign", card)?.textContent ?? "",
      what: $(".do strong", card).textContent,
    };
  });
  const excerpt = (post) =>
    (post.said ??=
      ($(".post h3", post.card) ?? $(".post .text", post.card))?.textContent.replace(/\s+/g, " ").slice(0, 140) ?? "");
  const words = (post) => (post.words ??= post.card.textContent.toLowerCase());

  /* Days are text, 2029-12-03: the channel's own, whatever the zone of who looks. */
  const date = (day) => new Date(`${day}T00:00:00Z`);
  const plus = (day, days) => new Date(date(day).getTime() + days * 864e5).toISOString().slice(0, 10);
  const monday = (day) => plus(day, -((date(day).getUTCDay() + 6) % 7));
  const first = (day) => `${day.slice(0, 7)}-01`;
  const months = (day, number) => {
    const then = date(first(day));
    then.setUTCMonth(then.getUTCMonth() + number);
    return then.toISOString().slice(0, 10);
  };
  const saying = (options) => {
    const format = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", ...options });
    return (day) => format.format(date(day)).replace(",", "");
  };
  const sayDay = saying({ weekday: "long", day: "numeric", month: "long" });
  const sayShort = saying({ weekday: "short", day: "numeric" });
  const sayWeekday = saying({ weekday: "short" });
  const sayMonth = saying({ month: "long", year: "numeric" });
  const sayDate = saying({ day: "numeric", month: "short", year: "numeric" });
  const count = (number, what) => `${number.toLocaleString("en")} ${what}${number === 1 ? "" : "s"}`;
  const now = new Date();
  const today = new Date(now.getTime() - now.getTimezoneOffset() * 6e4).toISOString().slice(0, 10);

  /* How far away, and when that is for who looks. */
  const far = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
  const spans = [[14, 1, "day"], [60, 7, "week"], [730, 30, "month"], [Infinity, 365, "year"]];
  const away = (days) => {
    const [, length, unit] = spans.find(([below]) => Math.abs(days) < below);
    return far.format(Math.trunc(days / length), unit);
  };
  for (const section of $$(".list > section[data-day]")) {
    const days = Math.round((date(section.dataset.day) - date(today)) / 864e5);
    $("h2", section).append(make("span", {}, away(days)));
  }
  const yours = new Intl.DateTimeFormat("en-GB", {
    weekday: "short",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    timeZoneName: "short",
  });
  const local = (at) => {
    const then = new Date(at);
    return new Date(then.getTime() - then.getTimezoneOffset() * 6e4).toISOString();
  };
  for (const { card, at, day, clock } of posts)
    if (at && !local(at).startsWith(`${day}T${clock}`))
      $(".when", card).append(
        make("span", { class: "yours" }, `${yours.format(new Date(at)).replace(",", "")} for you`),
      );

  /* What is shown. */
  const changes = posts.filter((post) => post.kind !== "quiet");
  if (!changes.length) for (const box of boxes) box.checked = true;
  let shown = posts;
  let view = "list",
    day = today;
  const filter = () => {
    const kinds = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
    const asked = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    shown = posts.filter(
      (post) =>
        (!boxes.length || kinds.has(post.kind)) &&
        (!pick.value || post.channel === pick.value) &&
        asked.every((word) => words(post).includes(word)),
    );
    const visible = new Set(shown);
    for (const post of posts) post.card.hidden = !visible.has(post);
    for (const section of $$(".list > section")) section.hidden = !$(".card:not([hidden])", section);
    for (const post of posts) post.card.tabIndex = post === shown[0] ? 0 : -1;
    found.textContent =
      shown.length === posts.length
        ? `All ${posts.length.toLocaleString("en")} shown`
        : `${shown.length.toLocaleString("en")} of ${posts.length.toLocaleString("en")} shown`;
    draw();
  };

  /* The calendar. */
  const face = (post, extra = "") => {
    const channel = channels.get(post.channel);
    return make(
      "span",
      { class: channel.dataset.service },
      make("i", { class: `face small ${extra}`, "aria-hidden": "true" }, channel.dataset.glyph),
      make("span", { class: "sr" }, ` ${channel.text} `),
    );
  };
  const sign = (post) =>
    post.sign || post.kind === "quiet" ? make("i", { class: "sign", "aria-hidden": "true" }, post.sign || "·") : null;
  const chip = (post) => {
    const made = make(
      "button",
      { type: "button", class: `chip ${post.kind}`, tabindex: "-1" },
      make("span", { class: "sr" }, `${post.what} `),
      sign(post) ?? "",
      make("time", {}, post.clock),
      face(post, post.sign || post.kind === "quiet" ? "extra" : ""),
      make("em", { dir: "auto" }, excerpt(post)),
    );
    made.addEventListener("click", (event) => {
      event.stopPropagation();
      open(post, made);
    });
    return made;
  };
  const row = (post) => {
    const made = make(
      "button",
      { type: "button", class: `row ${post.kind}` },
      sign(post) ?? "",
      make("time", {}, post.clock || (post.card.classList.contains("now") ? "now" : "–")),
      face(post),
      make("em", {}, make("span", {}, `${channels.get(post.channel).dataset.name} `), excerpt(post)),
    );
    made.addEventListener("click", () => open(post, made));
    return made;
  };
  const cell = (of, inside, extra = "") => {
    const made = make(
      "div",
      { role: "gridcell", class: `cell ${extra}${of === today ? " today" : ""}`, "data-day": of, tabindex: "-1" },
      ...inside,
    );
    made.addEventListener("click", () => select(of, made.dataset.channel, false));
    return made;
  };
  const by = (of, channel) =>
    shown.filter((post) => post.day === of && (channel === undefined || post.channel === channel));
  const month = () => {
    const start = monday(first(day)),
      days = Array.from({ length: 42 }, (_, index) => plus(start, index));
    const weeks = [0, 1, 2, 3, 4, 5]
      .map((week) => days.slice(week * 7, week * 7 + 7))
      .filter((week) => week.some((each) => each.slice(0, 7) === day.slice(0, 7)));
    const head = make(
      "div",
      { role: "row" },
      ...days.slice(0, 7).map((each) => make("div", { role: "columnheader" }, sayWeekday(each))),
    );
    const rows = weeks.map((week) =>
      make(
        "div",
        { role: "row" },
        ...week.map((each) => {
          const here = by(each),
            some = here.length > 4 ? 3 : 4;
          const more =
            here.length > some
              ? make("button", { type: "button", class: "more", tabindex: "-1" }, `${here.length - some} more`)
              : null;
          const made = cell(
            each,
            [
              make("b", {}, String(Number(each.slice(8)))),
              make("div", { class: "chips" }, ...here.slice(0, some).map(chip)),
              more,
            ],
            each.slice(0, 7) === day.slice(0, 7) ? "" : "other",
          );
          made.setAttribute("aria-label", `${sayDay(each)}, ${here.length ? count(here.length, "post") : "no posts"}`);
          return made;
        }),
      ),
    );
    return make("div", { class: "grid month", role: "grid", "aria-label": sayMonth(day) }, head, ...rows);
  };
  const week = () => {
    const days = Array.from({ length: 7 }, (_, index) => plus(monday(day), index));
    const among = (fits) => {
      const found = new Set(shown.filter(fits).map((post) => post.channel));
      return [...channels.values()].filter((channel) => found.has(channel.value));
    };
    const busy = among((post) => days.includes(post.day)),
      here = busy.length ? busy : among((post) => post.day);
    if (!here.length) return make("p", { class: "none" }, "Nothing is scheduled here.");
    const head = make(
      "div",
      { role: "row" },
      make("div", { role: "columnheader", class: "corner" }, make("span", { class: "sr" }, "Channel")),
      ...days.map((each) =>
        make("div", { role: "columnheader", class: each === today ? "today" : "" }, sayShort(each)),
      ),
    );
    const rows = here.map((channel) =>
      make(
        "div",
        { role: "row" },
        make(
          "div",
          { role: "rowheader" },
          make(
            "span",
            { class: channel.dataset.service },
            make("i", { class: "face small", "aria-hidden": "true" }, channel.dataset.glyph),
          ),
          make("span", {}, channel.dataset.name, make("small", {}, channel.text.split(" · ")[0])),
        ),
        ...days.map((each) => {
          const inside = by(each, channel.value),
            made = cell(each, [make("div", { class: "chips" }, ...inside.map(chip))]);
          made.dataset.channel = channel.value;
          made.setAttribute(
            "aria-label",
            `${sayDay(each)}, ${inside.length ? count(inside.length, "post") : "no posts"}`,
          );
          return made;
        }),
      ),
    );
    return make(
      "div",
      { class: "grid week", role: "grid", "aria-label": `Week from ${sayDay(days[0])}` },
      head,
      ...rows,
    );
  };
  const agenda = (of) => {
    const here = by(of);
    return make(
      "div",
      { class: "agenda" },
      make("h3", {}, `${sayDay(of)} `, make("span", {}, here.length ? count(here.length, "post") : "no posts")),
      ...here.map(row),
    );
  };
  const timeless = (title, what, here) =>
    here.length
      ? make(
          "div",
          { class: "agenda" },
          make("h3", {}, `${title} `, make("span", {}, count(here.length, what))),
          ...here.map(row),
        )
      : "";
  const step = (number) => (view === "month" ? months(day, number) : plus(day, 7 * number));
  const nearest = () => {
    const dated = shown
      .filter((post) => post.day)
      .map((post) => post.day)
      .sort();
    return dated.find((each) => each >= today) ?? dated[0] ?? today;
  };
  const nav = () => {
    const from = monday(day),
      title =
        view === "month"
          ? sayMonth(day)
          : `${from.slice(0, 7) === plus(from, 6).slice(0, 7) ? Number(from.slice(8)) : sayDate(from)} – ${sayDate(plus(from, 6))}`;
    const button = (label, text, act) => {
      const made = make("button", { type: "button", "aria-label": label }, text);
      made.addEventListener("click", () => {
        act();
        draw();
        $(`.nav [aria-label="${label}"]`).focus();
        $(".news").textContent = $(".nav h2").textContent;
      });
      return made;
    };
    return make(
      "div",
      { class: "nav" },
      make("h2", {}, title),
      button(`Previous ${view}`, "‹", () => {
        day = step(-1);
      }),
      button("Next post from today on", "Next post", () => {
        day = nearest();
      }),
      button(`Next ${view}`, "›", () => {
        day = step(1);
      }),
    );
  };
  let inRow = null;
  const draw = () => {
    calendar.hidden = view === "list";
    if (view === "list") return;
    const days = Array.from({ length: 7 }, (_, index) => plus(monday(day), index));
    const lists = view === "week" && narrow.matches;
    const body = view === "month" ? [month(), agenda(day)] : lists ? days.map(agenda) : [week()];
    const others = shown.filter((post) => !post.day),
      now = others.filter((post) => post.card.classList.contains("now")),
      ideas = others.filter((post) => post.card.classList.contains("ideas"));
    calendar.replaceChildren(
      nav(),
      timeless("Now", "post", now),
      ...body,
      timeless(
        "Unscheduled",
        "post",
        others.filter((post) => !ideas.includes(post) && !now.includes(post)),
      ),
      timeless("Ideas", "idea", ideas),
    );
    mark();
  };
  const mark = () => {
    for (const each of $$(".cell", calendar)) each.setAttribute("aria-selected", "false");
    const cells = $$(`.cell[data-day="${day}"]`, calendar);
    const chosen = cells.find((each) => each.dataset.channel === inRow) ?? cells[0];
    if (!chosen) return null;
    chosen.tabIndex = 0;
    chosen.setAttribute("aria-selected", "true");
    return chosen;
  };
  const select = (of, channel = inRow, focus = true) => {
    day = of;
    inRow = channel ?? null;
    draw();
    if (focus || !narrow.matches) mark()?.focus({ preventScroll: !focus });
  };
  calendar.addEventListener("keydown", (event) => {
    const from = event.target.closest?.(".cell");
    if (!from || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target !== from) {
      if (event.key === "Escape") from.focus();
      return;
    }
    const { key } = event,
      across = $$(`.cell[data-day="${day}"]`, calendar);
    const vertical = (number) => {
      if (view === "month") return [plus(day, 7 * number)];
      return [day, (across[across.indexOf(from) + number] ?? from).dataset.channel];
    };
    const moves = {
      ArrowLeft: () => [plus(day, -1)],
      ArrowRight: () => [plus(day, 1)],
      ArrowUp: () => vertical(-1),
      ArrowDown: () => vertical(1),
      Home: () => [monday(day)],
      End: () => [plus(monday(day), 6)],
      PageUp: () => [step(-1)],
      PageDown: () => [step(1)],
    };
    if (moves[key]) select(...moves[key]());
    else if (key === "Enter" || key === " ") {
      const here = by(day, from.dataset.channel);
      if (here.length) open(here[0], from);
    } else return;
    event.preventDefault();
  });

  /* One post over the calendar; the card itself, for a copy would have its name twice. */
  let at = null;
  const put = () => {
    if (!at) return;
    at.mark.replaceWith(at.post.card);
    at.post.card.hidden = !shown.includes(at.post);
  };
  const fill = (post) => {
    const from = at?.from;
    put();
    const mark = document.createComment("");
    post.card.replaceWith(mark);
    post.card.hidden = false;
    $(".sheet-post", sheet).replaceChildren(post.card);
    at = { post, mark, from };
    const index = shown.indexOf(post);
    $(".sheet-bar p", sheet).textContent = index < 0 ? "" : `${index + 1} of ${shown.length}`;
    sheet.scrollTop = 0;
    post.card.focus({ preventScroll: true });
  };
  const open = (post, from = null) => {
    if (!sheet.open) sheet.showModal();
    fill(post);
    at.from = from;
  };
  const turn = (number) => {
    const next = shown[shown.indexOf(at.post) + number];
    if (!next) return;
    if (next.day) day = next.day;
    fill(next);
  };
  sheet.addEventListener("click", (event) => {
    const { value } = event.target;
    if (event.target === sheet || value === "close") sheet.close();
    else if (value === "back") turn(-1);
    else if (value === "on") turn(1);
  });
  sheet.addEventListener("keydown", (event) => {
    const number = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!number || event.ctrlKey || event.metaKey || event.altKey) return;
    turn(number);
    event.preventDefault();
  });
  sheet.addEventListener("close", () => {
    const { from } = at ?? {};
    put();
    at = null;
    draw();
    (from?.isConnected ? from : (mark() ?? $(".row", calendar)))?.focus();
  });

  /* The list. */
  list.addEventListener("keydown", (event) => {
    if (!event.target.classList.contains("card")) return;
    const index = shown.findIndex((post) => post.card === event.target);
    const to = {
      ArrowDown: index + 1,
      ArrowRight: index + 1,
      ArrowUp: index - 1,
      ArrowLeft: index - 1,
      Home: 0,
      End: shown.length - 1,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    if (!shown[to]) return;
    for (const post of posts) post.card.tabIndex = -1;
    shown[to].card.tabIndex = 0;
    shown[to].card.focus();
  });

  /* A link to a post. */
  const reveal = (name) => {
    const post = posts.find((each) => each.card.id === name);
    if (!post) return false;
    if (view !== "list") {
      if (post.day) day = post.day;
      draw();
      open(post);
      return true;
    }
    if (!shown.includes(post)) {
      for (const box of boxes) box.checked = true;
      pick.value = search.value = "";
      filter();
    }
    post.card.focus({ preventScroll: true });
    post.card.scrollIntoView({ block: "center" });
    return true;
  };
  const named = (link) => {
    const name = link.split("#")[1] ?? "";
    try {
      return decodeURIComponent(name);
    } catch {
      return name;
    }
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.('a[href^="#"]');
    if (link && reveal(named(link.href))) event.preventDefault();
  });

  const show = (name) => {
    view = name;
    root.dataset.view = name;
    for (const button of $$(".views button")) button.setAttribute("aria-pressed", String(button.dataset.view === name));
    draw();
  };
  for (const button of $$(".views button")) button.addEventListener("click", () => show(button.dataset.view));
  for (const box of boxes) box.addEventListener("change", filter);
  pick.addEventListener("change", filter);
  search.addEventListener("input", filter);
  narrow.addEventListener("change", draw);
  const lost = (image) => image.closest("figure, .attached")?.classList.add("broken");
  document.addEventListener(
    "error",
    (event) => {
      if (event.target.tagName === "IMG") lost(event.target);
    },
    true,
  );
  for (const image of $$("img")) if (image.complete && !image.naturalWidth && image.currentSrc) lost(image);

  filter();
  day = nearest();
  const dated = new Set(shown.map((post) => post.day).filter(Boolean));
  show(narrow.matches || !dated.size ? "list" : "month");
  main.dataset.ready = "";
  if (location.hash) reveal(named(location.hash));
  addEventListener("hashchange", () => reveal(named(location.hash)));
})();
