// The seats page with a script: people are found while one types, long lists go in parts, names are refreshed.
// Texts come from the page's data attributes. Nothing is stored but what was typed, in this tab while one is away to
// sign in or to consent; what was found goes when it is no longer shown.

const giving = document.querySelector("#giving");
if (giving) {
  picker(giving);
  people(document.querySelector("#people"));
  comeBack(giving.elements.address, document.querySelector("#people-list"));
  refresh(document.querySelector("#seats"));
  goOn(document.querySelector("#moving"));
}

async function ask(path, body, type = "application/json") {
  const response = await fetch(`/api/seats/${path}`, {
    method: "POST",
    headers: { "Content-Type": type, "X-CSRF-Token": giving.dataset.csrf },
    body: type === "application/json" ? JSON.stringify(body) : body,
  });
  if (response.ok) return response.json();
  const problem = await response.json().catch(() => ({}));
  const later = Number(response.headers.get("Retry-After"));
  throw Object.assign(new Error(problem.code || String(response.status)), problem, { later });
}

function pause(seconds) {
  return new Promise((over) => setTimeout(over, seconds * 1000));
}

function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

function explain(problem) {
  const of = { CONSENT_NEEDED: "#consent-needed", SIGNED_OUT: "#sign-in-needed", SIGN_IN_TOO_OLD: "#sign-in-needed" };
  const shown = of[problem.code];
  if (shown) document.querySelector(shown).hidden = false;
  return Boolean(shown);
}

function comeBack(address, list) {
  const { subscription } = giving.dataset;
  for (const link of document.querySelectorAll("#consent-needed a, #sign-in-needed a")) {
    link.addEventListener("click", () => {
      const begun = { subscription, address: address.value, list: list.value };
      sessionStorage.setItem("begun", JSON.stringify(begun));
    });
  }
  const begun = JSON.parse(sessionStorage.getItem("begun") ?? "{}");
  sessionStorage.removeItem("begun");
  if (begun.subscription === subscription) {
    address.value ||= begun.address;
    list.value ||= begun.list;
    list.closest("details").open ||= Boolean(begun.list);
  } else if (!giving.dataset.back) return;
  (address.value || !list.value ? address : list).focus();
  address.dispatchEvent(new Event("input"));
}

// A combobox with a list, as https://www.w3.org/WAI/ARIA/apg/patterns/combobox/ has it.
function picker(form) {
  const input = form.querySelector("#address");
  const list = form.querySelector("#found");
  const status = form.querySelector("#finding");
  const hint = form.querySelector("#address-hint");
  const texts = form.dataset;
  let found = [];
  let active = -1;
  let asked = 0;
  let timer;

  hint.textContent = hint.dataset.script;
  for (const [name, value] of Object.entries({
    role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": "found",
  })) input.setAttribute(name, value);

  function close() {
    clearTimeout(timer);
    asked += 1;
    found = [];
    active = -1;
    list.replaceChildren();
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function show(people) {
    found = people;
    active = -1;
    list.replaceChildren(...people.map(option));
    list.hidden = !people.length;
    input.setAttribute("aria-expanded", String(Boolean(people.length)));
    input.removeAttribute("aria-activedescendant");
    const some = people.length === 1 ? texts.one : fill(texts.some, { number: people.length });
    status.textContent = people.length ? some : texts.none;
  }

  function option(person, number) {
    const item = document.createElement("li");
    const [name, address, remark] = ["bdi", "bdi", "span"].map((tag) => document.createElement(tag));
    item.id = `found-${number}`;
    item.role = "option";
    item.setAttribute("aria-selected", "false");
    name.textContent = person.name;
    address.textContent = person.address;
    address.className = remark.className = "hint";
    item.append(name, " ", address);
    if (person.has_seat || !person.has_address) {
      remark.textContent = person.has_seat ? texts.seated : texts.homeless;
      item.append(" ", remark);
    }
    if (!person.has_address) item.setAttribute("aria-disabled", "true");
    // On a press the field keeps the focus, and the list stays.
    item.addEventListener("mousedown", (event) => event.preventDefault());
    item.addEventListener("click", () => choose(number));
    return item;
  }

  function move(to) {
    if (!found.length) return;
    list.children[active]?.setAttribute("aria-selected", "false");
    active = (to + found.length) % found.length;
    const item = list.children[active];
    item.setAttribute("aria-selected", "true");
    item.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", item.id);
  }

  function choose(number) {
    const person = found[number];
    if (!person || !person.has_address) return;
    input.value = person.address;
    form.elements.person.value = person.person;
    close();
    status.textContent = fill(texts.chosen, { name: person.name });
    form.querySelector("button[name=do]").focus();
  }

  async function search() {
    const text = input.value.trim();
    const number = (asked += 1);
    status.textContent = texts.searching;
    try {
      const { people } = await ask("search", { subscription: texts.subscription, text });
      if (number === asked) show(people);
    } catch (problem) {
      if (number !== asked) return;
      close();
      status.textContent = "";
      if (!explain(problem)) status.textContent = texts.failed;
    }
  }

  input.addEventListener("input", () => {
    form.elements.person.value = "";
    clearTimeout(timer);
    if (input.value.trim().length < 2) {
      close();
      status.textContent = "";
    } else {
      timer = setTimeout(search, 250);
    }
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const acts = {
      ArrowDown: () => move(active + 1),
      ArrowUp: () => move(active < 0 ? -1 : active - 1),
      Escape: () => (found.length ? close() : (input.value = "")),
    };
    if (event.key === "Enter" && active >= 0) acts.Enter = () => choose(active);
    if (!acts[event.key]) return;
    event.preventDefault();
    acts[event.key]();
  });
  input.addEventListener("blur", close);
}

function people(form) {
  const file = document.querySelector("#people-file");
  const box = document.querySelector("#people-progress");
  const [status, bar, rows] = ["[role=status]", "progress", "tbody"].map((each) => box.querySelector(each));
  const give = document.querySelector("#people-give");
  const texts = form.dataset;
  const subscription = form.elements.subscription.value;
  const part = 50;
  const mostTries = 5;
  const longestPause = 60;
  // Shown at the end: a browser lays a growing table out anew each time.
  const lines = document.createDocumentFragment();
  let ready = [];

  document.querySelector("#people-file-field").hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    run(check);
  });
  give.addEventListener("click", () => run(seat));

  async function run(step) {
    for (const button of [form.elements.do, give]) button.disabled = true;
    document.querySelector("#people-done").hidden = true;
    box.hidden = false;
    try {
      await step();
    } catch (problem) {
      status.textContent = texts[`problem${camel(problem.code ?? "")}`] ?? texts.failed;
      if (explain(problem)) document.querySelector("#giving").scrollIntoView();
    } finally {
      rows.append(lines);
      for (const button of [form.elements.do, give]) button.disabled = false;
    }
  }

  function begin(all) {
    rows.replaceChildren();
    give.hidden = true;
    bar.max = Math.max(all, 1);
    bar.value = 0;
  }

  function tell(text, done, all) {
    bar.value = done;
    status.textContent = fill(text, { done, all });
  }

  function line(address, name, result) {
    const row = document.createElement("tr");
    const cells = [address, name || "–", texts[`result${camel(result)}`]];
    row.append(...cells.map((text, place) => {
      const cell = document.createElement(place ? "td" : "th");
      const isolated = document.createElement("bdi");
      if (!place) cell.scope = "row";
      isolated.textContent = text;
      cell.append(isolated);
      return cell;
    }));
    lines.append(row);
  }

  function camel(code) {
    return code.toLowerCase().replace(/(?:^|_)(.)/g, (_, first) => first.toUpperCase());
  }

  // What is turned away for a while is sent again: what was done of it is not done twice.
  async function send(path, body) {
    for (let tries = 1; ; tries += 1) {
      try {
        return await ask(path, body);
      } catch (problem) {
        if (!problem.later || tries === mostTries) throw problem;
        status.textContent = texts.waiting;
        await pause(Math.min(problem.later, longestPause));
      }
    }
  }

  async function check() {
    ready = [];
    begin(1);
    const source = file.files[0] ?? new Blob([form.elements.list.value]);
    const { lines: all } = await ask("read", await source.arrayBuffer(), "application/octet-stream");
    const wanted = all.filter((each) => !each.problem);
    const seen = new Set();
    begin(all.length);
    for (const each of all) if (each.problem) line(each.text, "", each.problem);
    for (let from = 0; from < wanted.length; from += part) {
      tell(texts.checking, from, wanted.length);
      const addresses = wanted.slice(from, from + part).map((each) => each.address);
      const answer = await send("check", { subscription, addresses, taken: ready.length });
      for (const row of answer.rows) {
        const again = row.seat && seen.has(row.seat);
        line(row.address, row.name, again ? "DUPLICATE" : row.result);
        if (row.result === "WILL_BE_GIVEN" && !again) ready.push(row.address);
        seen.add(row.seat);
      }
    }
    bar.value = bar.max;
    give.hidden = !ready.length;
    status.textContent = all.length ? fill(texts.checked, { number: ready.length, all: all.length }) : texts.empty;
  }

  async function seat() {
    const all = ready.length;
    let number = 0;
    begin(all);
    for (let from = 0; ready.length; from += part) {
      tell(texts.giving, from, all);
      const answer = await send("give", { subscription, addresses: ready.slice(0, part) });
      for (const row of answer.rows) {
        line(row.address, row.name, row.result);
        // Nobody had one before: it was given by a part that broke off.
        if (["GIVEN", "HAS_SEAT"].includes(row.result)) number += 1;
      }
      ready = ready.slice(part);
    }
    bar.value = bar.max;
    status.textContent = fill(texts.given, { number, all });
    document.querySelector("#people-done").hidden = false;
  }
}

// Each answer has moved some seats, or it would not say where to go on; leaving the page is stopping.
async function goOn(box) {
  if (!box) return;
  const hint = box.querySelector("[data-script]");
  hint.textContent = hint.dataset.script;
  await pause(1);
  box.querySelector("button").click();
}

async function refresh(table) {
  if (!table) return;
  const rows = new Map([...table.querySelectorAll("[data-seat]")].map((row) => [row.dataset.seat, row]));
  try {
    const body = { subscription: giving.dataset.subscription, seats: [...rows.keys()] };
    const { changed, gone } = await ask("refresh", body);
    for (const seat of changed) {
      const [name, addresses] = rows.get(seat.id).querySelectorAll("bdi");
      name.textContent = seat.name;
      addresses.textContent = seat.addresses.join(", ");
    }
    for (const id of gone) {
      const badge = rows.get(id).querySelector(".gone");
      badge.textContent = table.dataset.gone;
      badge.hidden = false;
    }
  } catch {
    // The list stands as it is; tomorrow's visit refreshes it.
  }
}
