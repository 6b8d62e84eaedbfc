// Turns what frames carry into the markup of the server's own partials: the page holds each of them once, empty, as a
// template. Everything is set as text, never as markup.

const NOBODY = "00000000-0000-0000-0000-000000000000"; // stands in the templates' addresses for an id
const capital = (word) => word.charAt(0).toUpperCase() + word.slice(1);
const counted = (n, word) => `${n} ${word}${n === 1 ? "" : "s"}`;

const shown = (number) => Number(number).toLocaleString("en-AU");

/** A fresh copy of a template's element. */
export function clone(name) {
  return document.getElementById(`t-${name}`).content.cloneNode(true).firstElementChild;
}

/** Put texts into the slots of an element; a slot without a text goes. */
export function fill(root, texts) {
  for (const [name, text] of Object.entries(texts)) {
    for (const slot of root.querySelectorAll(`[data-slot="${name}"]`)) {
      if (text === undefined || text === null || text === "") slot.remove();
      else slot.textContent = text;
    }
  }
  return root;
}

/** Point the addresses of an element at a row. */
export function address(root, id) {
  for (const name of ["action", "formaction", "href"]) {
    for (const part of [root, ...root.querySelectorAll(`[${name}*="${NOBODY}"]`)]) {
      const value = part.getAttribute(name);
      if (value?.includes(NOBODY)) part.setAttribute(name, value.replace(NOBODY, id));
    }
  }
}

function mark(root, domain) {
  root.dataset.domain = domain;
  const use = root.querySelector(".icon.d > use");
  use?.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#domain-${domain}`));
}

function changes(root, list) {
  const model = root.querySelector("[data-change]");
  for (const change of list ?? []) {
    const row = model.cloneNode(true);
    row.querySelector("del").classList.toggle("none", !change.before);
    fill(row, { field: change.field, before: change.before || "none", after: change.after || "none" });
    model.before(row);
  }
  model.remove();
}

function line(data) {
  const root = clone("line");
  const domain = data.domain || "assistant";
  mark(root, domain);
  changes(root, data.changes);
  return fill(root, {
    where: capital(domain), did: `${data.what} ${data.verb}`, name: data.name ? `, ${data.name}` : "", sub: data.sub,
    value: data.value, value_sub: data.value_sub,
  });
}

/** A receipt: what was done. */
export function receipt(data) {
  const root = clone("receipt");
  root.dataset.entry = data.entry;
  root.dataset.number = data.number;
  root.setAttribute("aria-label", `Receipt, entry ${shown(data.number)}`);
  root.querySelector("[data-lines]").append(...data.lines.map(line));
  fill(root, { count: counted(data.lines.length, "change"), number: `Entry ${shown(data.number)}` });
  const link = root.querySelector('a[data-slot="number"]');
  link.href = `${link.getAttribute("href").split("#")[0]}#e${data.number}`;
  settle(root, data.state, data.reason, data.redo);
  return root;
}

/** Show a receipt as done, undone (with the entry whose undo brings it back) or refused. */
export function settle(root, state, reason = "", redo = "") {
  root.dataset.state = state;
  root.querySelector("[data-undone]").hidden = state !== "undone";
  const why = root.querySelector("[data-reason]");
  why.hidden = !reason;
  why.textContent = reason;
  for (const form of root.querySelectorAll(".stub form")) form.remove();
  if (state === "refused" || (state === "undone" && !redo)) return;
  const way = redo ? "redo" : "undo", id = redo || root.dataset.entry;
  const form = clone("receipt").querySelector(`form[data-${way}]`);
  form.dataset[way] = id;
  address(form, id);
  fill(form, { undo_number: shown(root.dataset.number) });
  root.querySelector(".stub").append(form);
}

function diff(data, quote) {
  const root = clone("diff-line").querySelector("tbody");
  const whole = root.querySelector("[data-whole]"), named = root.querySelector("[data-named]");
  if (data.verb === "changed") {
    whole.remove();
    fill(named, { named: data.name ? `${data.what}, ${data.name}` : data.what });
    changes(root, data.changes);
  } else {
    named.remove();
    root.querySelector("[data-change]").remove();
    whole.className = data.verb;
    whole.querySelector('[data-slot="value"]').textContent = data.value ?? "";
    fill(whole, { sign: data.verb === "deleted" ? "−" : "+", what: data.what, name: data.name, sub: quote ? "" : data.sub });
  }
  return root;
}

const STEP_WORDS = { done: "done", failed: "not done", declined: "declined" };

function step(data, n) {
  const root = clone("step");
  root.dataset.step = data.id;
  root.dataset.status = data.status;
  mark(root, data.lines?.[0]?.domain || data.tool?.split(".")[0] || "assistant");
  const box = root.querySelector("input[type=checkbox]");
  box.value = data.id;
  box.setAttribute("aria-label", `Include step ${n}`);
  const quote = root.querySelector(".quote"), table = root.querySelector("table.diff");
  if (!data.quote) quote.remove();
  if (data.lines?.length) table.append(...data.lines.map((line) => diff(line, data.quote))); else table.remove();
  root.querySelector("[data-fields]").replaceChildren(...(data.editable ?? []).map(field));
  return fill(root, { n, title: data.title, quote: data.quote, status: STEP_WORDS[data.status] });
}

function field(item) {
  const root = fill(clone("edit-field"), { label: item.label });
  const input = root.querySelector("input");
  Object.assign(input, { type: item.type || "text", name: item.name, value: item.value, defaultValue: item.value });
  return root;
}

const PLAN_WORDS = {
  waiting: "Waiting for you", outdated: "Out of date", approved: "Approved", declined: "Declined", failed: "Not done",
  done: "Done",
};

/** A plan: open while it waits, one line once it is settled. */
export function plan(data) {
  const open = ["waiting", "outdated", "approved"].includes(data.status);
  const root = clone(open ? "plan-open" : "plan-settled");
  root.id = `plan-${data.id}`;
  root.dataset.plan = data.id;
  root.dataset.status = data.status;
  root.querySelector("[data-steps]").append(...data.steps.map((item, at) => step(item, at + 1)));
  const tag = root.querySelector('.plan-head [data-slot="status"]');
  tag.textContent = PLAN_WORDS[data.status];
  tag.classList.toggle("bad", data.status === "failed");
  fill(root.querySelector(".plan-head"), { title: data.title, count: counted(data.steps.length, "step"), audience: data.audience });
  if (!open) return root;
  if (data.status === "outdated") tag.className = "tag warn";
  if (!data.audience) root.querySelector("[data-audience]").remove();
  root.setAttribute("aria-label", `Plan: ${data.title}`);
  const form = root.querySelector("form");
  form.dataset.decide = data.id;
  form.hidden = data.status === "approved";
  address(root, data.id);
  return fill(root, { note: data.note });
}

/** The words of the button that says yes to the ticked steps. */
export function yes(root) {
  const boxes = [...root.querySelectorAll(".tick:not([hidden]) input")];
  const ticked = boxes.filter((box) => box.checked).length;
  if (root.dataset.status === "outdated" && ticked === boxes.length) return "Approve the new diff";
  return boxes.length > 1 ? `Approve ${counted(ticked, "step")}` : "Approve";
}

function cell(name, text, className) {
  const root = document.createElement(name);
  root.textContent = text;
  if (className) root.className = className;
  return root;
}

/** A card: an answer that is a thing of its own. */
export function card(data) {
  const root = clone("card");
  root.dataset.domain = data.domain || "assistant";
  root.setAttribute("aria-label", data.title);
  const table = root.querySelector("[data-table]"), list = root.querySelector("[data-list]");
  const end = (at) => (data.rows_align?.[at] === "right" ? "num" : "");
  if (data.kind === "table") {
    table.tHead.rows[0].append(...(data.columns ?? []).map((text, at) => {
      const head = cell("th", text, end(at));
      head.scope = "col";
      return head;
    }));
    for (const row of data.rows ?? []) table.tBodies[0].insertRow().append(...row.map((text, at) => cell("td", text, end(at))));
  } else table.remove();
  if (data.kind === "list") {
    for (const row of data.rows ?? []) {
      const item = document.createElement("li");
      item.append(...row.map((text, at) => cell("span", text, at === 0 && row.length > 1 ? "lead" : at > 1 ? "tail" : "what")));
      list.append(item);
    }
  } else list.remove();
  if (data.meter) bar(root, data.meter); else root.querySelector("[data-meter]").remove();
  const link = root.querySelector('[data-slot="link"]');
  if (data.link?.startsWith("/")) link.setAttribute("href", data.link); else link.remove();
  fill(root, { title: data.title, opens: ` ${data.title}`, foot: data.foot, big: data.kind === "figure" ? data.rows?.[0]?.at(-1) : "" });
  if (!data.foot && !data.link) root.querySelector(".foot").remove();
  return root;
}

function bar(root, meter) {
  fill(root, { meter_words: `${meter.label ? `${meter.label}: ` : ""}${meter.used} of ${meter.limit}` });
  const svg = root.querySelector(".meter"), used = svg.querySelector(".fill");
  const over = meter.percent > 100, limit = `${Math.round(over ? 10_000 / meter.percent : meter.percent)}%`;
  used.setAttribute("width", limit);
  if (!over) return;
  const rest = used.cloneNode();
  rest.classList.add("over");
  rest.setAttribute("width", "100%");
  used.before(rest);
  const gap = document.createElementNS(svg.namespaceURI, "line");
  for (const [name, value] of Object.entries({ class: "limit", x1: limit, x2: limit, y1: 3, y2: 11 })) gap.setAttribute(name, value);
  used.after(gap);
}

/** The likely answers of a question, as buttons that say them. */
export function options(texts, thread) {
  const root = clone("options");
  root.elements.thread.value = thread ?? "";
  for (const text of texts) {
    const button = document.createElement("button");
    Object.assign(button, { className: "btn", name: "message", value: text, textContent: text });
    root.append(button);
  }
  return root;
}

/** A notice; what went wrong is announced at once. */
export function notice(text, level) {
  const bad = level === "bad" || level === "error";
  const root = fill(clone(bad ? "problem" : "notice"), { text });
  if (level === "warn") {
    root.classList.add("warn");
    const use = root.querySelector("use");
    use.setAttribute("href", use.getAttribute("href").replace(/#.*/, "#triangle-alert"));
  }
  root.setAttribute("role", bad ? "alert" : "status");
  return root;
}

/** A turn: what was said, with a place for what becomes of it. */
export function turn({ id, said, status, at, time, files = [] }) {
  const root = fill(clone("turn"), { said, time });
  const sent = root.querySelector("[data-files]");
  sent.append(...files.map(({ name }) => fill(clone("sent"), { name })));
  if (!files.length) sent.remove();
  root.id = `turn-${id}`;
  root.dataset.turn = id;
  root.dataset.status = status;
  root.querySelector("time").dateTime = at;
  return root;
}
