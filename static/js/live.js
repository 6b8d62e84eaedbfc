// The socket of a page (protocol pam.v1), what rings, and pages that follow what changed elsewhere.
//
// Other scripts speak through events of the document: "pam:send" (detail: a message) goes out where the line is up;
// "pam:frame" (detail: a frame) came in; "pam:up" and "pam:down" say how the line is; "pam:ask" asks for "pam:up" again.

const PROTOCOL = "pam.v1";
const FIRST_WAIT = 500, LONGEST_WAIT = 30_000, PING = 25_000, SILENCE = 60_000; // ms
const FINAL = new Set([4400, 4401]); // protocol not spoken, signed out: trying again would not help

const tell = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));
const body = document.body;
let socket = null, tries = 0, timer = 0, heard = 0;

function url(path) {
  return `${location.protocol === "https:" ? "wss:" : "ws:"}//${location.host}${path}`;
}

function connect() {
  clearTimeout(timer);
  if (socket && socket.readyState <= WebSocket.OPEN) return;
  const mine = socket = new WebSocket(url(body.dataset.socket), PROTOCOL);
  mine.addEventListener("open", () => { tries = 0; heard = Date.now(); tell("pam:up"); });
  mine.addEventListener("message", (event) => {
    heard = Date.now();
    let frame;
    try { frame = JSON.parse(event.data); } catch { return; }
    tell("pam:frame", frame);
  });
  mine.addEventListener("close", (event) => {
    if (socket !== mine) return;
    socket = null;
    tell("pam:down", { code: event.code, final: FINAL.has(event.code) });
    if (!FINAL.has(event.code)) again();
  });
}

function again() {
  const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** tries++) * (0.75 + Math.random() / 2);
  timer = setTimeout(connect, wait);
}

document.addEventListener("pam:send", ({ detail }) => {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(detail));
});

document.addEventListener("pam:ask", () => { if (socket?.readyState === WebSocket.OPEN) tell("pam:up"); });

setInterval(() => {
  if (socket?.readyState !== WebSocket.OPEN) return;
  if (Date.now() - heard > SILENCE) socket.close();
  else socket.send('{"type":"ping"}');
}, PING);
addEventListener("online", () => { tries = 0; connect(); });
addEventListener("pageshow", (event) => { if (event.persisted) connect(); });
document.addEventListener("visibilitychange", () => { if (!document.hidden && !socket) { tries = 0; connect(); } });

// A reminder that rings
function ring({ id, title, body: words, url: href }) {
  const toast = document.getElementById("t-toast").content.cloneNode(true).firstElementChild;
  toast.querySelector('[data-slot="text"]').textContent = title;
  const sub = toast.querySelector('[data-slot="sub"]'), link = toast.querySelector('[data-slot="href"]');
  if (words) sub.textContent = words; else sub.remove();
  if (href?.startsWith("/") && !href.startsWith("//")) link.href = href; else link.remove();
  for (const way of [link, toast.querySelector("[data-dismiss]")]) way.addEventListener("click", () => seen(id));
  document.getElementById("rings").append(toast);
}

/** What was dismissed or opened here does not wait on Today. */
function seen(id) {
  const token = document.querySelector('[name="csrfmiddlewaretoken"]').value;
  fetch(`/notifications/${id}/seen`, { method: "POST", headers: { "X-CSRFToken": token }, redirect: "manual", keepalive: true });
}

// A page follows what changed elsewhere, except under somebody's hands.
const FOLLOWS = new Set(["today", "activity", "wins", "wheels", "you", "social"]);
let due = 0;

function follow(domains) {
  const nav = body.dataset.nav;
  if (!FOLLOWS.has(nav) || !window.htmx) return;
  if (nav !== "today" && nav !== "activity" && !domains.includes(nav) && !domains.includes("files")) return;
  clearTimeout(due);
  due = setTimeout(() => {
    const main = document.getElementById("main");
    const busy = main.querySelector("details[open] form") || main.querySelector("input:focus, textarea:focus, select:focus");
    if (busy || [...main.querySelectorAll("textarea")].some((field) => field.value)) return;
    window.htmx.ajax("GET", location.pathname + location.search, { target: "#main", select: "#main", swap: "outerMorph" });
  }, 400);
}

document.addEventListener("pam:frame", ({ detail: frame }) => {
  if (frame.type === "notification") ring(frame.data);
  if (frame.type === "hint") follow(frame.domains ?? []);
});

connect();
