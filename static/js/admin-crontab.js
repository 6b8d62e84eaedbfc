// The admin's form of a periodic task: the chosen crontab in words, below its field.
const words = JSON.parse(document.getElementById("readable-crontabs").textContent);
const field = document.querySelector(".field-crontab"), select = document.getElementById("id_crontab");
document.querySelector(".field-crontab_translation")?.setAttribute("hidden", "");
if (field && select) {
  const help = field.querySelector(".help") ?? field.appendChild(document.createElement("div"));
  const line = help.appendChild(document.createElement("div"));
  const show = () => { line.textContent = words[select.value] ? `Translation: ${words[select.value]}` : ""; };
  select.addEventListener("change", show);
  show();
}
