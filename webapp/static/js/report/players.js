// Playback speed, and seeking from tables. The players themselves are the browser's own.

/**
 * The player of the answer that `element` belongs to, or null.
 * @param {Element} element
 */
export const playerOf = (element) => /** @type {HTMLMediaElement | null} */ (element.closest("article.answer")?.querySelector(".player-media") ?? null);

/**
 * Move `player` to `seconds` and play from there; a length that is not yet known is no obstacle.
 * @param {HTMLMediaElement} player
 * @param {number} seconds
 */
export const seek = (player, seconds) => {
  const go = () => {
    player.currentTime = Math.max(0, Math.min(seconds, Number.isFinite(player.duration) ? player.duration : seconds));
    player.play().catch(() => {}); // the browser may want a click on the player itself first
  };
  if (player.readyState >= HTMLMediaElement.HAVE_METADATA) go();
  else {
    player.addEventListener("loadedmetadata", go, { once: true });
    player.load();
  }
};

/** @param {any} report */
export const wirePlayers = (report) => {
  for (const group of report.querySelectorAll("[data-speeds]")) group.hidden = false;

  report.addEventListener("click", (/** @type {any} */ event) => {
    const speed = event.target.closest("[data-speed]");
    if (speed) {
      const spoken = playerOf(speed);
      if (spoken) spoken.playbackRate = Number(speed.dataset.speed);
      for (const other of speed.parentElement.querySelectorAll("[data-speed]")) {
        other.setAttribute("aria-pressed", String(other === speed));
      }
      return;
    }
    const place = event.target.closest("[data-seek]");
    const player = place && playerOf(place);
    if (player) seek(player, Number(place.dataset.seek));
  });

  // One voice at a time.
  report.addEventListener(
    "play",
    (/** @type {any} */ event) => {
      for (const player of report.querySelectorAll(".player-media")) if (player !== event.target) player.pause();
    },
    true,
  );
};
