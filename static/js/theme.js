// Shows a chosen theme at once; it is kept when the settings are saved.

document.addEventListener("change", (event) => {
  if (event.target.name !== "theme") return;
  if (event.target.value) document.documentElement.dataset.theme = event.target.value;
  else delete document.documentElement.dataset.theme;
});
