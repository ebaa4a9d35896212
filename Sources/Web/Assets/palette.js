// SPDX-License-Identifier: Apache-2.0
// ⌘K: the page's own commands first, then what the search page finds.
const dialog = document.getElementById("palette");
const field = dialog?.querySelector("input"), list = dialog?.querySelector("ul");
let rows = [], chosen = 0, asked = 0;

const words = (element) => {
  const copy = element.cloneNode(true);
  copy.querySelectorAll(".count, kbd").forEach((part) => part.remove());
  return copy.textContent.trim();
};

const commands = () => [...document.querySelectorAll("[data-command]")].map((element) => ({ title: words(element), run: () => element.click() }));

const show = () => {
  list.replaceChildren(...rows.map((row, index) => {
    const item = document.createElement("li");
    item.id = `palette-${index}`;
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", String(index === chosen));
    const title = document.createElement("span"), hint = document.createElement("span");
    title.textContent = row.title;
    hint.textContent = row.hint ?? "";
    item.append(title, hint);
    item.addEventListener("click", () => pick(index));
    return item;
  }));
  if (!rows.length) {
    const none = document.createElement("li");
    none.textContent = list.dataset.none;
    none.setAttribute("role", "presentation");
    list.append(none);
  }
  field.setAttribute("aria-activedescendant", rows.length ? `palette-${chosen}` : "");
  list.children[chosen]?.scrollIntoView({ block: "nearest" });
};

const pick = (index) => {
  const row = rows[index];
  if (!row) return;
  dialog.close();
  row.run();
};

const find = async () => {
  const query = field.value.trim(), turn = ++asked;
  const own = commands().filter((row) => row.title.toLowerCase().includes(query.toLowerCase()));
  rows = own; chosen = 0; show();
  if (query.length < 2) return;
  await new Promise((done) => setTimeout(done, 120));
  if (turn !== asked) return;
  const response = await fetch(`${document.body.dataset.base}/search?q=${encodeURIComponent(query)}`, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!response?.ok || turn !== asked) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const found = [...page.querySelectorAll("a[data-result]")].map((link) => ({
    title: link.querySelector(".strong").textContent, hint: link.querySelector(".badge").textContent,
    run: () => (location.href = link.getAttribute("href")),
  }));
  rows = [...own, ...found];
  show();
};

const open = () => {
  if (dialog.open) return dialog.close();
  if (document.querySelector("dialog:modal")) return;
  field.value = "";
  dialog.showModal();
  find();
};

if (dialog && document.body.dataset.base) {
  document.querySelectorAll("[data-palette]").forEach((button) => { button.hidden = false; button.addEventListener("click", open); });
  field.addEventListener("input", find);
  field.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && rows.length) { event.preventDefault(); chosen = (chosen + step + rows.length) % rows.length; show(); }
    // A search field would use the first Escape to empty itself.
    if (event.key === "Escape") { event.preventDefault(); dialog.close(); }
    if (event.key === "Enter") { event.preventDefault(); pick(chosen); }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() === "k" && (event.metaKey || event.ctrlKey)) { event.preventDefault(); open(); }
  });
}
