// The conversation, kept live over the socket of live.js (docs/protocol.md). What the server rendered stays; frames after
// data-seq are added to it. What is said while there is no line is kept in this browser and goes out later.

import { choosing } from "./files.js";
import * as render from "./render.js";

const root = document.querySelector("[data-chat]");
const stream = root.querySelector(".stream"), turns = root.querySelector("[data-turns]");
const form = root.querySelector("[data-compose]"), words = form.querySelector("textarea");
const problem = root.querySelector("[data-problem]");
const files = choosing(form, root);
const KEPT = `pam.kept.${root.dataset.person}`;
const draft = crypto.randomUUID(); // ties what is said before a new conversation has its id

let thread = root.dataset.thread || null;
let seq = Number(root.dataset.seq);
let up = false, sending = null, asked = null;
const rebuilt = new Set(); // turns that were under way when the page was made: built anew from their frames

const send = (message) => document.dispatchEvent(new CustomEvent("pam:send", { detail: message }));
const clock = new Intl.DateTimeFormat("en-AU", { hour: "numeric", minute: "2-digit", hour12: true, timeZone: root.dataset.zone || undefined });
const timed = (at) => clock.format(at ? new Date(at) : new Date()).replace(/\s/g, "\u00a0");
const turnOf = (id) => document.getElementById(`turn-${id}`);
const replyOf = (id) => turnOf(id)?.querySelector("[data-reply]");

// ---- The stream

const near = () => stream.scrollHeight - stream.scrollTop - stream.clientHeight < 120;
function toEnd() { stream.scrollTop = stream.scrollHeight; }
function keepingPlace(change) {
  const follow = near();
  change();
  if (follow) toEnd();
}

function addTurn(data) {
  root.querySelector("[data-teach]")?.remove();
  for (const left of turns.querySelectorAll(".options")) left.remove(); // the question was answered, or left behind
  const made = render.turn({ ...data, time: timed(data.at) });
  made.classList.add("arrived");
  if (data.status === "working") ready(made); else made.querySelector("[data-working]").remove();
  turns.append(made);
  toEnd();
  return made;
}

/** Put a part of a reply where the server puts it: receipts, words, cards, plans; the work at the foot. */
const ORDER = [".receipt", ".answer", ".card", ".plan", ".options", ".notice", "[data-working]"];
function place(reply, part) {
  const rank = ORDER.findIndex((kind) => part.matches(kind));
  const before = [...reply.children].find((child) => ORDER.findIndex((kind) => child.matches(kind)) > rank);
  part.classList.add("arrived");
  reply.insertBefore(part, before ?? null);
}

function answer(reply, text, { streaming = false, add = false } = {}) {
  let found = reply.querySelector(":scope > .answer");
  if (!text && !found) return;
  if (!found) {
    found = document.createElement("p");
    found.className = "answer";
    place(reply, found);
  }
  found.textContent = add ? found.textContent + text : text;
  found.classList.toggle("streaming", streaming);
  if (!found.textContent) found.remove();
}

/** Show what needs a script: Stop, Edit, ticks. */
function ready(within) {
  for (const button of within.querySelectorAll("[data-stop]")) {
    button.hidden = false;
    button.dataset.stop = button.closest("[data-turn]").dataset.turn;
  }
  for (const plan of [within, ...within.querySelectorAll(".plan[data-plan]")]) {
    if (!plan.matches(".plan:not(.settled)")) continue;
    const open = [...plan.querySelectorAll('[data-step][data-status="proposed"]')];
    if (open.length > 1) {
      for (const step of open) {
        step.querySelector(".tick").hidden = false;
        step.querySelector(".n").hidden = true;
      }
    }
    plan.querySelector('button[value="edit"]').hidden = !open.some((step) => step.querySelector("[data-edit]"));
    plan.querySelector("[data-approve]").textContent = render.yes(plan);
  }
}

function showPlan(reply, data) {
  const made = render.plan(data), old = document.getElementById(`plan-${data.id}`);
  if (old) old.replaceWith(made); else place(reply, made);
  ready(made);
  count();
}

function count() {
  const waiting = root.querySelectorAll('.plan[data-status="waiting"], .plan[data-status="outdated"]').length;
  const mine = document.querySelector(`[data-threads] [data-thread="${thread}"] [data-waiting]`);
  const before = Number(mine?.querySelector("[data-count]").textContent ?? 0);
  const show = (badge, n) => { badge.querySelector("[data-count]").textContent = n; badge.hidden = n < 1; };
  if (mine) show(mine, waiting);
  for (const badge of document.querySelectorAll(".side [data-waiting], .tabbar [data-waiting]")) {
    show(badge, Math.max(0, Number(badge.querySelector("[data-count]").textContent) + waiting - before));
  }
  show(root.querySelector("[data-to-waiting]"), waiting);
}

// ---- Frames

const HANDLE = {
  "turn.started"(frame) {
    const known = turnOf(frame.turn);
    if (known) {
      if (rebuilt.has(frame.turn)) for (const part of [...known.querySelectorAll("[data-reply] > :not([data-working])")]) part.remove();
    } else if (sending && !sending.turn && sending.text.trim() === frame.data.said.trim() && turnOf(sending.client_id)) adopt(frame.turn);
    else addTurn({ id: frame.turn, said: frame.data.said, files: frame.data.files, status: "working", at: frame.at });
    lastSaid(frame.data.said, frame.at);
  },
  "text.delta"(frame, reply) {
    const open = turnOf(frame.turn).dataset.status === "working";
    stream.setAttribute("aria-busy", String(open));
    if (open) answer(reply, frame.data.text, { streaming: true, add: true });
    else answer(reply, frame.data.beside ?? frame.data.text);
  },
  "step.proposed": (frame, reply) => note(reply, frame, ""),
  "step.running": (frame, reply) => note(reply, frame, ""),
  "step.done": (frame, reply) => note(reply, frame, "did"),
  "step.failed": (frame, reply) => note(reply, frame, "failed"),
  "plan.waiting": (frame, reply) => showPlan(reply, frame.data.plan),
  "plan.updated": (frame, reply) => showPlan(reply, frame.data.plan),
  card: (frame, reply) => place(reply, render.card(frame.data.card)),
  receipt(frame, reply) {
    const data = frame.data.receipt;
    const old = root.querySelector(`.receipt[data-entry="${data.entry}"]`), made = render.receipt(data);
    if (old) old.replaceWith(made); else place(reply, made);
  },
  "receipt.undone": (frame) => restate(frame.data.entry, "undone", frame.data.redo),
  "receipt.restored": (frame) => restate(frame.data.entry, "done"),
  notice: (frame, reply) => place(reply, render.notice(frame.data.text, frame.data.level)),
  "turn.finished"(frame, reply) {
    const turn = turnOf(frame.turn);
    turn.dataset.status = frame.data.status;
    reply.querySelector("[data-working]")?.remove();
    stream.removeAttribute("aria-busy");
    answer(reply, frame.data.beside ?? frame.data.reply); // receipts and plans speak for themselves
    if (frame.data.options?.length && turn === turns.lastElementChild) place(reply, render.options(frame.data.options, thread));
  },
};

function restate(entry, state, redo) {
  for (const found of root.querySelectorAll(`.receipt[data-entry="${entry}"]`)) render.settle(found, state, "", redo);
}

function note(reply, frame, sign) {
  const list = reply.querySelector("[data-working] [data-steps]");
  if (!list) return;
  const item = list.querySelector(`[data-action="${frame.data.action}"]`) ?? list.appendChild(document.createElement("li"));
  item.dataset.action = frame.data.action;
  item.className = sign === "failed" ? "failed" : "";
  item.replaceChildren(...(sign ? [render.clone(sign)] : []), frame.data.title);
}

const UNNUMBERED = {
  accepted(frame) {
    const item = kept().find((one) => one.client_id === frame.client_id);
    keep(kept().filter((one) => one.client_id !== frame.client_id));
    if (item && !item.thread) {
      keep(kept().map((one) => (one.draft === item.draft ? { ...one, thread: frame.thread } : one)));
      if (item.draft === draft && !thread) opened(frame.thread, item.text);
    }
    if (frame.thread === thread) adopt(frame.turn, frame.client_id);
    sending = null;
    flush();
  },
  error(frame) {
    const decided = asked && DECIDING.has(frame.code);
    if (sending && !decided && frame.code !== "too_many") { // what was just said is not taken: give it back to be mended
      keep(kept().filter((one) => one.client_id !== sending.client_id));
      turnOf(sending.client_id)?.remove();
      if (!words.value) words.value = sending.text;
      sending = null;
    } else if (sending && !decided) {
      sending = null;
      setTimeout(flush, (frame.retry_after ?? 5) * 1000);
    }
    const at = asked && document.getElementById(`plan-${asked.plan}`);
    if (asked?.entry && frame.code === "refused") {
      for (const found of root.querySelectorAll(`.receipt[data-entry="${asked.entry}"]`)) {
        render.settle(found, found.dataset.state === "undone" ? "undone" : "refused", frame.message);
      }
    } else if (at) {
      at.querySelector(":scope > .notice")?.remove();
      at.querySelector(".plan-foot").before(render.notice(frame.message, "bad"));
    } else problem.replaceChildren(render.notice(frame.message, "bad"));
    asked = null;
    idle();
  },
};
const DECIDING = new Set(["refused", "not_possible", "not_found"]); // what only undo, approve, decline and edit are told

function adopt(id, client_id = sending?.client_id) {
  const turn = turnOf(client_id), known = turnOf(id);
  if (sending) sending.turn = id;
  if (!turn || known) { if (turn && known && turn !== known) turn.remove(); return; }
  turn.id = `turn-${id}`;
  turn.dataset.turn = id;
  if (turn.dataset.status === "kept") turn.dataset.status = "working";
  if (!turn.querySelector("[data-working]")) turn.querySelector("[data-reply]").replaceChildren(render.clone("working"));
  ready(turn);
}

function opened(id, said) {
  thread = id;
  form.elements.thread.value = id;
  history.replaceState(null, "", `/chat/${id}`);
  const title = said.length > 60 ? `${said.slice(0, 57)}…` : said;
  root.querySelector("[data-title]").textContent = title;
  const item = render.fill(render.clone("thread"), { title, at: timed(), last: said });
  item.dataset.thread = id;
  render.address(item, id);
  item.firstElementChild.setAttribute("aria-current", "page");
  document.querySelector("[data-threads]").prepend(item);
  document.querySelector(".threads .none")?.remove();
  send({ type: "resume", thread, after_seq: 0 });
}

function lastSaid(said, at) {
  const item = document.querySelector(`[data-threads] [data-thread="${thread}"]`);
  if (item) { item.querySelector(".l").textContent = said; item.querySelector(".w").textContent = timed(at); }
}

document.addEventListener("pam:frame", ({ detail: frame }) => {
  if (UNNUMBERED[frame.type]) { UNNUMBERED[frame.type](frame); return; }
  if (typeof frame.seq !== "number" || frame.thread !== thread) return;
  if (frame.seq <= seq && !rebuilt.has(frame.turn)) return;
  seq = Math.max(seq, frame.seq);
  keepingPlace(() => {
    if (frame.type !== "turn.started" && frame.turn && !turnOf(frame.turn)) return; // said before what is shown
    HANDLE[frame.type]?.(frame, frame.turn ? replyOf(frame.turn) : null);
  });
  if (frame.type === "turn.finished") rebuilt.delete(frame.turn);
  if (frame.type.startsWith("plan.") || frame.type.startsWith("receipt")) { asked = null; idle(); }
});

document.addEventListener("pam:up", () => {
  if (up) return;
  up = true;
  sending = null;
  problem.replaceChildren();
  if (thread) send({ type: "resume", thread, after_seq: rebuilt.size ? 0 : seq });
  flush();
});
document.addEventListener("pam:down", ({ detail }) => {
  up = false;
  idle();
  if (detail.final) problem.replaceChildren(render.notice("You are signed out here. Reload the page to sign in; what you typed is kept.", "warn"));
  else offline();
});
function offline() {
  setTimeout(() => {
    if (!up && !problem.firstChild) problem.replaceChildren(render.notice("Not connected. What you send now is kept and goes out when the connection is back.", ""));
  }, 2000);
}

// ---- Saying

function kept() {
  try { return JSON.parse(localStorage.getItem(KEPT)) ?? []; } catch { return []; }
}
function keep(items) {
  try { localStorage.setItem(KEPT, JSON.stringify(items)); } catch { /* no room: they stand in the stream of this page */ }
}

function flush() {
  if (!up || sending) return;
  const next = kept()[0];
  if (!next) return;
  sending = { ...next };
  const along = (next.files ?? []).map((file) => file.id);
  const { thread: to, text, client_id, ticked: steps } = next;
  send({ type: "say", thread: to, text, client_id, ticked: steps, files: along });
}

function say(text, along) {
  const at = new Date().toISOString();
  const item = { client_id: crypto.randomUUID(), thread, draft, text, files: along, at, ticked: ticked() };
  keep([...kept(), item]);
  showKept(item, up ? "working" : "kept");
  flush();
}

/** The waiting steps that a yes in words means: all but those that stand unticked. Nothing where none does. */
function ticked() {
  const steps = [...stream.querySelectorAll('.plan:not(.settled) [data-step][data-status="proposed"]')];
  const left = (step) => step.querySelector(".tick:not([hidden]) input:not(:checked)");
  return steps.some(left) ? steps.filter((step) => !left(step)).map((step) => step.dataset.step) : undefined;
}

function showKept(item, status) {
  const made = addTurn({ id: item.client_id, said: item.text, files: item.files, status, at: item.at });
  if (status !== "kept") return;
  const state = document.createElement("p");
  state.className = "state";
  state.textContent = "Kept in this browser, sent when the connection is back.";
  made.querySelector("[data-reply]").append(state);
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const text = words.value.trim();
  if (!text) return;
  problem.replaceChildren();
  let along = [];
  if (files.any) {
    const button = form.querySelector(".send");
    if (button.getAttribute("aria-busy")) return;
    button.setAttribute("aria-busy", "true");
    along = await files.take();
    button.removeAttribute("aria-busy");
    if (!along) {
      problem.replaceChildren(render.notice("A file was not taken: remove it, or choose another. Nothing was sent.", "bad"));
      return;
    }
  }
  words.value = "";
  say(text, along);
});
words.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  form.requestSubmit();
});

// ---- Deciding

const idle = () => root.querySelectorAll('[aria-busy="true"].btn').forEach((button) => button.removeAttribute("aria-busy"));

stream.addEventListener("submit", (event) => {
  const { undo, redo, decide } = event.target.dataset, back = undo || redo;
  if ("options" in event.target.dataset) {
    event.preventDefault();
    say(event.submitter.value);
    if (matchMedia("(pointer: fine)").matches) words.focus();
    return;
  }
  if (!up || (!back && !decide)) {
    if (decide && event.target.closest(".plan").querySelector(".tick input:not(:checked)")) {
      event.preventDefault(); // without the line only the whole plan can be sent
      problem.replaceChildren(render.notice("Not connected, so nothing was approved. Try it when the connection is back.", "warn"));
    }
    return;
  }
  event.preventDefault();
  const button = event.submitter;
  if (button?.getAttribute("aria-busy")) return;
  button?.setAttribute("aria-busy", "true");
  if (back) {
    asked = { entry: event.target.closest(".receipt").dataset.entry };
    send({ type: "undo", thread, entry: back });
    return;
  }
  const plan = event.target.closest(".plan");
  asked = { plan: decide };
  const edits = edited(plan);
  if (button?.value !== "decline" && edits) send({ type: "edit", plan: decide, steps: edits });
  else send({ type: button?.value === "decline" ? "decline" : "approve", plan: decide, ...chosen(plan, button) });
});

function chosen(plan, button) {
  const boxes = [...plan.querySelectorAll(".tick:not([hidden]) input")];
  const ticked = boxes.filter((box) => box.checked);
  if (button?.value === "decline" || ticked.length === boxes.length) return {};
  return { steps: ticked.map((box) => box.value) };
}

/** What was changed in the fields of a plan that is being edited, or null where it is not. */
function edited(plan) {
  if (plan.dataset.editing !== "yes") return null;
  const steps = [...plan.querySelectorAll("[data-step]")].map((step) => ({
    id: step.dataset.step,
    arguments: Object.fromEntries([...step.querySelectorAll("[data-edit]")]
      .filter((field) => field.value !== field.defaultValue).map((field) => [field.name, field.value])),
  }));
  return steps.filter((step) => Object.keys(step.arguments).length);
}

function edit(plan, on) {
  plan.dataset.editing = on ? "yes" : "";
  for (const fields of plan.querySelectorAll("[data-fields]")) fields.hidden = !on || !fields.firstElementChild;
  plan.querySelector('button[value="edit"]').textContent = on ? "Cancel" : "Edit";
  plan.querySelector('button[value="decline"]').hidden = on;
  plan.querySelector("[data-approve]").textContent = on ? "Show the new diff" : render.yes(plan);
  if (on) plan.querySelector("[data-edit]")?.focus();
  else for (const field of plan.querySelectorAll("[data-edit]")) field.value = field.defaultValue;
}

stream.addEventListener("click", (event) => {
  const stop = event.target.closest("[data-stop]"), say_it = event.target.closest("[data-say]");
  const change = event.target.closest('button[value="edit"]');
  if (stop) { stop.setAttribute("aria-busy", "true"); send({ type: "stop", turn: stop.dataset.stop }); }
  if (say_it) { words.value = say_it.dataset.say; words.focus(); }
  if (change) { const plan = change.closest(".plan"); edit(plan, plan.dataset.editing !== "yes"); }
});
stream.addEventListener("change", (event) => {
  const plan = event.target.closest(".tick") && event.target.closest(".plan");
  if (!plan) return;
  const approve = plan.querySelector("[data-approve]");
  approve.textContent = render.yes(plan);
  approve.disabled = !plan.querySelector(".tick input:checked");
});
root.querySelector("[data-to-waiting]").addEventListener("click", (event) => {
  event.preventDefault();
  const first = root.querySelector('.plan[data-status="waiting"], .plan[data-status="outdated"]');
  first?.scrollIntoView({ block: "start", behavior: "smooth" });
  first?.querySelector("[data-approve]")?.focus({ preventScroll: true });
});

// ---- As the page opens

for (const turn of turns.querySelectorAll('[data-turn][data-status="working"]')) rebuilt.add(turn.dataset.turn);
ready(turns);
for (const item of kept()) if (thread && item.thread === thread) showKept(item, "kept");
if (location.hash.length > 1 && location.hash !== "#stream") document.getElementById(location.hash.slice(1))?.scrollIntoView();
else toEnd();
if (!thread && matchMedia("(pointer: fine)").matches) words.focus();
offline();
document.dispatchEvent(new CustomEvent("pam:ask")); // the line may have come up before this script was here
