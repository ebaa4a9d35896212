// SPDX-License-Identifier: Apache-2.0
// A dialog is a popover without script; with it, it is modal: focus stays inside, Escape closes, focus returns.
const modal = (dialog) => {
  if (dialog.open) dialog.close();
  dialog.removeAttribute("popover");
  dialog.showModal();
  (dialog.querySelector("[aria-invalid]") ?? dialog.querySelector("input:not([type=hidden]), select, textarea"))?.focus();
};

document.querySelectorAll("dialog[popover][open]").forEach(modal);

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  const dialog = opener && document.getElementById(opener.dataset.dialog);
  const other = opener?.dataset.handover && !dialog?.querySelector(`form[action*="/${opener.dataset.handover}/"]`);
  // An answer that arrived after the page was made is not in its dialog; then the address is followed.
  const from = opener?.search && new URLSearchParams(opener.search).get("from");
  const isStale = from && dialog?.querySelector("input[name=source]")?.value !== from;
  if (dialog && !other && !isStale) {
    event.preventDefault();
    modal(dialog);
    return;
  }
  const closer = event.target.closest("[data-close]");
  if (closer?.closest("dialog")) {
    event.preventDefault();
    closer.closest("dialog").close();
  }
  // A click beside a modal dialog hits the dialog itself.
  if (event.target.matches?.("dialog:modal") && event.target.id === "palette") event.target.close();
});

document.querySelector("[data-focus]")?.focus();

document.querySelectorAll("[data-copy]").forEach((button) => {
  if (!navigator.clipboard) return;
  button.hidden = false;
  button.addEventListener("click", () => navigator.clipboard.writeText(document.getElementById(button.dataset.copy).value));
});
