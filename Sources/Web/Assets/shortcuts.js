// SPDX-License-Identifier: Apache-2.0
// Single keys, ignored while typing: j and k walk a list, and whatever carries data-key is pressed by its letter.
const isTyping = (target) => target.closest?.("input, textarea, select, [contenteditable]");
const isMac = /Mac|iPhone|iPad/.test(navigator.platform);

if (!isMac) {
  for (const hint of document.querySelectorAll("kbd[data-modifier]")) hint.textContent = `Ctrl ${hint.dataset.modifier}`;
}

const walk = (step) => {
  const items = [...document.querySelectorAll("[data-item]")];
  if (!items.length) return;
  const here = items.findIndex((item) => item === document.activeElement);
  const from = here >= 0 ? here : items.findIndex((item) => item.hasAttribute("aria-current"));
  const next = items[Math.min(Math.max(from + step, 0), items.length - 1)];
  next.focus();
  next.scrollIntoView({ block: "nearest" });
};

document.addEventListener("keydown", (event) => {
  if (event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target) || document.querySelector("dialog:modal")) return;
  if (event.key === "j") return walk(1);
  if (event.key === "k") return walk(-1);
  if (event.key === "?") { event.preventDefault(); document.getElementById("shortcuts")?.showModal(); return; }
  if (event.key === "/") {
    const field = document.querySelector("[data-search]");
    event.preventDefault();
    if (!field) { if (document.body.dataset.base) location.href = `${document.body.dataset.base}/search`; return; }
    field.closest("details")?.setAttribute("open", "");
    field.focus();
    return;
  }
  const target = /^[a-z]$/.test(event.key) && document.querySelector(`[data-key="${event.key}"]`);
  if (target) { event.preventDefault(); target.matches("textarea") ? target.focus() : target.click(); }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = document.querySelector("details.filters[open]");
  if (open) { open.removeAttribute("open"); open.querySelector("summary").focus(); }
});
