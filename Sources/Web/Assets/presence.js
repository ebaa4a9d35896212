// SPDX-License-Identifier: Apache-2.0
// Tells colleagues who is looking at a case and who types; the server forgets it after half a minute.
const address = document.getElementById("presence") && document.querySelector("[data-case]")?.dataset.case;
let typedAt = 0;

const tell = (isTyping) => {
  const body = new URLSearchParams({ doing: isTyping ? "typing" : "viewing" });
  fetch(`${address}/presence`, { method: "POST", body, keepalive: true, headers: { Accept: "application/json" } }).catch(() => {});
};

if (address) {
  tell(false);
  addEventListener("pagehide", () => navigator.sendBeacon(`${address}/presence`, new URLSearchParams({ doing: "leaving" })));
  setInterval(() => document.hidden || tell(Date.now() - typedAt < 5000), 15_000);
  document.addEventListener("input", (event) => {
    if (!event.target.closest("form[data-composer]") || Date.now() - typedAt < 4000) return;
    typedAt = Date.now();
    tell(true);
  });
}
