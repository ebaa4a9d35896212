// SPDX-License-Identifier: Apache-2.0
// Keeps "3 h 08 min ago" and "52 min left" true. The words around the span of time are the server's.
const hour = document.documentElement.lang === "nl" ? "u" : "h";
const span = (seconds) => {
  const minutes = Math.floor(seconds / 60), hours = Math.floor(minutes / 60), days = Math.floor(hours / 24);
  if (days > 0) return `${days} d`;
  if (hours > 0) return `${hours} ${hour}` + (minutes % 60 ? ` ${String(minutes % 60).padStart(2, "0")} min` : "");
  return minutes < 1 ? "< 1 min" : `${minutes} min`;
};
const pattern = /\d+ d\b|\d+ [hu](?: \d+ min)?|(?:< )?\d+ min/;

const tick = () => {
  const now = Date.now();
  for (const time of document.querySelectorAll("time[data-relative], time[data-until]")) {
    const seconds = (Date.parse(time.dateTime) - now) / 1000;
    // Once a clock runs out, its words change too: the server says them at the next live update.
    if (time.hasAttribute("data-until") && seconds < 0 !== time.classList.contains("late")) continue;
    const text = time.textContent.replace(pattern, span(Math.abs(seconds)));
    if (text !== time.textContent) time.textContent = text;
  }
};

setInterval(tick, 20_000);
document.addEventListener("visibilitychange", () => document.hidden || tick());
