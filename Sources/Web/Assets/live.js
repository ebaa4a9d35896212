// SPDX-License-Identifier: Apache-2.0
// When the server says that something changed, the page is fetched again and its [data-live] regions are swapped by id.
// A region in which somebody types, or an open one, waits until they are done.
const stream = document.body.dataset.stream;
let source, delay = 1000, pending = false, running = false, again = false;

const isBusy = (region) =>
  (region.contains(document.activeElement) && document.activeElement.matches("input, textarea, select")) ||
  region.querySelector("dialog[open], details[open] form") ||
  [...region.querySelectorAll("input:not([type=hidden]), textarea")].some((field) => field.value !== field.defaultValue);

const swap = (region, fresh) => {
  if (region.innerHTML === fresh.innerHTML) return;
  const focused = region.contains(document.activeElement) ? document.activeElement : null;
  const mark = focused && (focused.id ? `#${CSS.escape(focused.id)}` : focused.getAttribute("href") && `[href="${CSS.escape(focused.getAttribute("href"))}"]`);
  const known = new Set([...region.querySelectorAll("[data-entry]")].map((entry) => entry.id));
  const top = region.scrollTop;
  const open = [...region.querySelectorAll("details[open]")].map((one) => [...region.querySelectorAll("details")].indexOf(one));
  for (const attribute of fresh.attributes) region.setAttribute(attribute.name, attribute.value);
  region.replaceChildren(...fresh.childNodes);
  region.scrollTop = top;
  open.forEach((index) => region.querySelectorAll("details")[index]?.setAttribute("open", ""));
  if (known.size) region.querySelectorAll("[data-entry]").forEach((entry) => known.has(entry.id) || entry.classList.add("arrived"));
  if (mark) region.querySelector(mark)?.focus({ preventScroll: true });
};

// The server is busy or away: what has changed is still to be shown.
const later = () => setTimeout(refresh, 5_000 + Math.random() * 5_000);

const refresh = async () => {
  if (running) { again = true; return; }
  running = true;
  try {
    const response = await fetch(location.href, { headers: { Accept: "text/html", "Entente-Refetch": "1" }, redirect: "manual" });
    if (response.ok) {
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const scroller = document.querySelector("[data-scroll-end]");
      const atEnd = scroller && scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 40;
      for (const region of document.querySelectorAll("[data-live][id]")) {
        const fresh = page.getElementById(region.id);
        if (isBusy(region)) { pending = true; continue; }
        if (fresh) swap(region, fresh); else region.replaceChildren();
      }
      if (atEnd) scroller.scrollTop = scroller.scrollHeight;
    } else if (response.status >= 500) {
      later();
    }
  } catch { later(); } finally { running = false; if (again) { again = false; refresh(); } }
};

const connect = () => {
  source = new EventSource(stream);
  source.addEventListener("open", () => { refresh(); delay = 1000; });
  source.addEventListener("changed", refresh);
  source.addEventListener("error", () => {
    source.close();
    setTimeout(connect, delay + Math.random() * 500);
    delay = Math.min(delay * 2, 30_000);
  });
};

if (stream && "EventSource" in window) {
  connect();
  document.addEventListener("focusout", () => setTimeout(() => { if (pending) { pending = false; refresh(); } }, 50));
  addEventListener("pagehide", () => source.close());
  addEventListener("pageshow", (event) => event.persisted && connect());
}
