// ReDoc at /api/redoc, held to what a page of PAM may do. Loaded before ReDoc, so that it finds the place prepared:
// styles that it makes carry the page's nonce, and pictures of other hosts (its maker's mark) count as not to be had.
// Its search runs in a worker made of text, which no page may start.
const { nonce } = document.currentScript;
const make = document.createElement.bind(document);

const setAttribute = Element.prototype.setAttribute;
function set(name, value) {
  const foreign = name === "src" && new URL(value, location.href).origin !== location.origin;
  if (foreign) queueMicrotask(() => this.dispatchEvent(new Event("error")));
  else setAttribute.call(this, name, value);
}

document.createElement = (name, options) => {
  const made = make(name, options);
  if (name === "style") made.nonce = nonce;
  if (name === "img") {
    made.setAttribute = set;
    Object.defineProperty(made, "src", { get: () => made.getAttribute("src"), set: (value) => made.setAttribute("src", value) });
  }
  return made;
};

document.addEventListener("DOMContentLoaded", () => {
  const place = document.getElementById("redoc");
  window.Redoc.init(place.dataset.schema, { disableSearch: true }, place);
});
