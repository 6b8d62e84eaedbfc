// Files beside what is said: each is sent to the server as soon as it is chosen, dropped or pasted, and waits there; the
// words then go with the ids of those that wait.

import { clone, fill } from "./render.js";

const megabytes = (bytes) => `${Math.round(bytes / 104857.6) / 10} MB`;
const sized = (bytes) => (bytes < 1024 * 1024 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : megabytes(bytes));

/** Let files be chosen for a form; `over` is where they may be dropped. */
export function choosing(form, over) {
  const field = form.querySelector("[data-choose]"), list = form.querySelector("[data-chosen]");
  const words = form.querySelector("textarea");
  const headers = { "X-CSRFToken": form.elements.csrfmiddlewaretoken.value };
  const chips = new Map(); // chip -> {name, id, sending}

  function state(chip, name, text) {
    chip.dataset.state = name;
    chip.querySelector('[data-slot="state"]').textContent = text;
  }

  async function send(chip, file) {
    const body = new FormData();
    body.append("file", file);
    try {
      const answer = await fetch("/api/files", { method: "POST", body, headers });
      const data = await answer.json();
      if (!answer.ok) { state(chip, "refused", data.errors?.file?.[0] ?? data.detail); return; }
      if (!chips.has(chip)) { fetch(`/api/files/${data.id}`, { method: "DELETE", headers }); return; }
      Object.assign(chips.get(chip), { id: data.id, name: data.name });
      state(chip, "waits", sized(data.size));
    } catch {
      state(chip, "refused", "Not sent: the server did not answer. Choose it again.");
    }
  }

  function add(files) {
    for (const file of files) {
      const chip = fill(clone("chosen"), { name: file.name });
      const most = Number(field.dataset.most), item = { name: file.name, id: null, sending: null };
      chips.set(chip, item);
      list.append(chip);
      state(chip, "sending", "Sending…");
      if (file.size > most) state(chip, "refused", `Larger than ${megabytes(most)}: not sent.`);
      else item.sending = send(chip, file);
    }
    list.hidden = !chips.size;
    words.focus();
  }

  function drop(chip) {
    const { id } = chips.get(chip);
    if (id) fetch(`/api/files/${id}`, { method: "DELETE", headers });
    forget(chip);
  }

  function forget(chip) {
    chips.delete(chip);
    chip.remove();
    list.hidden = !chips.size;
  }

  field.addEventListener("change", () => { add([...field.files]); field.value = ""; });
  list.addEventListener("click", (event) => {
    const button = event.target.closest("[data-drop]");
    if (button) { drop(button.closest("li")); words.focus(); }
  });
  words.addEventListener("paste", (event) => {
    if (event.clipboardData.files.length) { event.preventDefault(); add([...event.clipboardData.files]); }
  });
  const carries = (event) => event.dataTransfer?.types.includes("Files");
  over.addEventListener("dragover", (event) => { if (carries(event)) { event.preventDefault(); form.dataset.over = ""; } });
  over.addEventListener("dragleave", (event) => { if (!over.contains(event.relatedTarget)) delete form.dataset.over; });
  over.addEventListener("drop", (event) => {
    delete form.dataset.over;
    if (carries(event)) { event.preventDefault(); add([...event.dataTransfer.files]); }
  });

  return {
    /** What waits, as [{id, name}], once all is sent; null where one was refused, which is then to be seen to first. */
    async take() {
      await Promise.all([...chips.values()].map((item) => item.sending));
      if ([...chips.values()].some((item) => !item.id)) return null;
      const taken = [...chips.values()].map(({ id, name }) => ({ id, name }));
      for (const chip of [...chips.keys()]) forget(chip);
      return taken;
    },
    get any() { return chips.size > 0; },
  };
}
