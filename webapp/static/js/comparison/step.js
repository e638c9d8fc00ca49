// Players in step: one leads, the others follow its clock. Only one is heard, for two voices at once are none.
import { gettext } from "../i18n.js";

/** Further apart than this (seconds) a follower jumps; nearer, nobody sees it. */
const APART = 0.25;

/**
 * Tie `players` together by `controls`; each goes on working by itself until "Play together" is pressed.
 * @param {HTMLElement} controls
 * @param {HTMLMediaElement[]} players
 */
export const inStep = (controls, players) => {
  const play = /** @type {HTMLButtonElement} */ (controls.querySelector("[data-step-play]"));
  const start = /** @type {HTMLButtonElement} */ (controls.querySelector("[data-step-start]"));
  const choices = /** @type {HTMLInputElement[]} */ ([...controls.querySelectorAll("input[type=radio]")]);
  let together = false;
  controls.hidden = false;

  const leader = () => players.find((player) => !player.ended) ?? players[0];
  const heard = () => choices.find((choice) => choice.checked)?.value ?? players[0].dataset.place;
  const hear = () => {
    for (const player of players) player.muted = player.dataset.place !== heard();
  };
  const stop = () => {
    together = false;
    for (const player of players) {
      player.pause();
      player.muted = false;
    }
    play.textContent = gettext("Play together");
  };

  choices[0].checked = true;
  for (const choice of choices) choice.addEventListener("change", () => together && hear());

  play.addEventListener("click", () => {
    if (together) {
      stop();
      return;
    }
    const at = Math.max(...players.map((player) => (player.ended ? 0 : player.currentTime)));
    hear();
    together = true;
    play.textContent = gettext("Pause together");
    for (const player of players) {
      player.currentTime = Math.min(at, Number.isFinite(player.duration) ? player.duration : at);
      player.play().catch(() => {});
    }
  });

  start.addEventListener("click", () => {
    for (const player of players) player.currentTime = 0;
  });

  for (const player of players) {
    player.addEventListener("timeupdate", () => {
      if (!together || player !== leader()) return;
      for (const other of players) {
        if (other === player || other.ended || other.seeking) continue;
        if (Math.abs(other.currentTime - player.currentTime) > APART && player.currentTime < (other.duration || 0)) {
          other.currentTime = player.currentTime;
        }
      }
    });
    // Who moves or stops one of them by its own controls moves or stops all.
    player.addEventListener("pause", () => {
      if (together && !player.ended && !player.seeking) stop();
    });
    player.addEventListener("seeked", () => {
      if (!together || player !== leader()) return;
      for (const other of players) {
        if (other !== player && Math.abs(other.currentTime - player.currentTime) > APART) {
          other.currentTime = Math.min(player.currentTime, other.duration || 0);
        }
      }
    });
    player.addEventListener("ended", () => {
      if (together && players.every((each) => each.ended)) stop();
    });
  }
};
