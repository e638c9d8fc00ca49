// Correcting a transcript beside its player: words and lines lead into the recording, keys play and pause.
import { find, findAll } from "../dom.js";
import { wirePlayers } from "../report/players.js";

const page = find(document, "[data-transcript]");
wirePlayers(page);
const player = find(page, ".player-media");

page.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
  if (!event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.code === "KeyP") {
    event.preventDefault();
    if (player.paused) player.play().catch(() => {});
    else player.pause();
  } else if (event.code === "KeyR") {
    event.preventDefault();
    player.currentTime = Math.max(0, player.currentTime - 3);
  }
});

// The line that is being said stands out.
const fields = findAll(page, "[data-from]");
player.addEventListener("timeupdate", () => {
  const now = fields.findLast((field) => Number(field.dataset.from) <= player.currentTime + 0.05);
  for (const field of fields) field.classList.toggle("line-now", field === now && !player.paused);
});
