// SPDX-License-Identifier: Apache-2.0
// The composer: who will see it, ⌘↵ sends, what was typed survives a reload.
const fields = (form) => [...form.elements].filter((field) => field.matches("textarea, input[type=text], input[type=tel]"));
const key = (form) => `draft:${form.dataset.draft}`;

const remember = (form) => {
  const typed = fields(form).filter((field) => field.value !== field.defaultValue).map((field) => [field.name, field.value]);
  if (typed.length) sessionStorage.setItem(key(form), JSON.stringify(typed));
  else sessionStorage.removeItem(key(form));
};

const recall = (form) => {
  for (const [name, value] of JSON.parse(sessionStorage.getItem(key(form)) ?? "[]")) {
    const field = fields(form).find((one) => one.name === name);
    if (field && !field.value) field.value = value;
  }
};

const sayAudience = (form) => {
  const text = form.querySelector("textarea");
  if (!text?.dataset.note) return;
  const names = [...form.querySelectorAll("input[name=to]:checked")].map((box) => box.dataset.name);
  text.placeholder = names.length ? text.dataset.write.replace("…", ` ${names.join(", ")}…`) : text.dataset.note;
};

const sayFiles = (form) => {
  const chosen = [...(form.querySelector("[data-files]")?.files ?? [])], line = form.querySelector("[data-attached]");
  if (!line) return;
  line.hidden = chosen.length === 0;
  line.textContent = chosen.map((file) => file.name).join(", ");
};

const wake = (form) => {
  if (form.dataset.draft) recall(form);
  sayAudience(form);
};
document.querySelectorAll("form[data-draft], form[data-composer]").forEach(wake);

document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (form?.dataset.draft) remember(form);
  if (form?.matches(".triage")) form.classList.add("changed");
});
document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (form?.hasAttribute("data-composer")) { sayAudience(form); sayFiles(form); }
});
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.draft) sessionStorage.removeItem(key(form));
  // A second click must not send twice.
  if (form.method === "post") setTimeout(() => form.querySelectorAll("button").forEach((button) => (button.disabled = true)));
});
addEventListener("pageshow", () => document.querySelectorAll("form button:disabled").forEach((button) => (button.disabled = false)));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.metaKey || event.ctrlKey)) return;
  const form = event.target.closest?.("form[data-composer]");
  if (form) { event.preventDefault(); form.requestSubmit(); }
});
