// Small help for forms; every one of them works without it.

const FIELDS = 'input:not([type="hidden"], [type="checkbox"]), select, textarea';

function busy(form, on) {
  const button = form.querySelector("button:not([type=button])");
  if (!button) return;
  if (on) button.setAttribute("aria-busy", "true"); else button.removeAttribute("aria-busy");
  form.dataset.sent = on ? "yes" : "";
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.confirm && !confirm(form.dataset.confirm)) { event.preventDefault(); return; }
  if (!("busy" in form.dataset)) return;
  if (form.dataset.sent === "yes") { event.preventDefault(); event.stopImmediatePropagation(); return; } // pressed twice
  busy(form, true);
}, true);
const rest = () => document.querySelectorAll('form[data-sent="yes"]').forEach((form) => busy(form, false));
document.addEventListener("htmx:finally:request", rest);

// A toast with an undo leaves after a while, except under the pointer or the focus; the undo stays in Activity.
const SHOWN = 15_000; // ms
function leave(toast) {
  setTimeout(() => (toast.matches(":hover, :focus-within") ? leave(toast) : toast.remove()), SHOWN);
}
function timed() {
  for (const toast of document.querySelectorAll("[data-toast]:has(form):not([data-timed])")) {
    toast.dataset.timed = "yes";
    leave(toast);
  }
}
timed();
document.addEventListener("htmx:after:swap", timed);
addEventListener("pageshow", rest);

// Where an answer is another page (signing in again, say), go there whole.
document.addEventListener("htmx:before:swap", (event) => {
  const raw = event.detail?.ctx?.response?.raw;
  if (raw?.redirected && new URL(raw.url).pathname !== location.pathname) {
    event.preventDefault();
    location.assign(raw.url);
    return;
  }
  // One form is open at a time: what still is would close the refused one that comes in its place.
  for (const open of document.querySelectorAll(".by-hand > details[open]")) open.open = false;
});
document.addEventListener("htmx:error", () => {
  const notice = document.getElementById("t-notice").content.cloneNode(true).firstElementChild;
  notice.setAttribute("role", "alert");
  notice.querySelector('[data-slot="text"]').textContent = "The server did not answer. What was sent may not be kept: reload the page to see.";
  document.querySelector("#main .inner")?.prepend(notice);
});

// Opening a form puts you into its first field; where it was refused, into the first that is wrong.
const WRONG = '[aria-invalid="true"]';
document.addEventListener("toggle", (event) => {
  if (!event.target.matches(".by-hand > details[open]")) return;
  (event.target.querySelector(WRONG) ?? event.target.querySelector(FIELDS))?.focus();
}, true);
const toWrong = () => document.querySelector(`main ${WRONG}`)?.focus();
document.addEventListener("htmx:after:swap", toWrong);
toWrong();

// A file goes as soon as it is chosen; one that would be refused for its size is not sent at all.
document.addEventListener("change", (event) => {
  const field = event.target.closest("[data-send-file]");
  const file = field?.files[0];
  if (!file) return;
  if (file.size > Number(field.dataset.most)) {
    field.value = "";
    const notice = document.getElementById("t-notice").content.cloneNode(true).firstElementChild;
    notice.setAttribute("role", "alert");
    const most = Math.round(Number(field.dataset.most) / 1024 / 102.4) / 10;
    notice.querySelector('[data-slot="text"]').textContent = `“${file.name}” is larger than ${most} MB. Send a smaller file. Nothing has changed.`;
    document.querySelector("#main .inner")?.prepend(notice);
    notice.scrollIntoView({ block: "nearest" });
    return;
  }
  field.form.requestSubmit();
});

document.addEventListener("click", (event) => {
  event.target.closest("[data-dismiss]")?.closest("[data-toast]")?.remove();
  const tell = event.target.closest("[data-tell]");
  const composer = document.querySelector("[data-composer]");
  if (tell && composer && composer.offsetParent) { event.preventDefault(); composer.focus(); }
});

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    const composer = document.querySelector("[data-composer]");
    if (composer?.offsetParent) composer.focus(); else location.assign(document.querySelector("[data-tell]").href);
  }
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.target.matches?.("[data-enter-sends]")) {
    event.preventDefault();
    event.target.form.requestSubmit();
  }
});
