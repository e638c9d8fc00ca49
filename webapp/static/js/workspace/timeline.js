// The timeline in step with the player: a line where it is, a click that goes there, marks where comments are.
import { findAll } from "../dom.js";

/**
 * @param {HTMLElement} figure
 * @param {NonNullable<ReturnType<typeof import("./player.js").wirePlayer>>} player
 */
export function wireTimeline(figure, player) {
  const seconds = Number(figure.dataset.seconds);
  const now = document.createElement("div");
  now.className = "tl-now";
  figure.append(now);
  const plot = () => /** @type {SVGElement} */ (figure.querySelector(".tl-plot")).getBoundingClientRect();
  /** Where a second is, from the figure's left edge. @param {number} time */
  const place = (time) => plot().left - figure.getBoundingClientRect().left + (time / seconds) * plot().width;
  const show = () => (now.style.left = `${place(player.media.currentTime)}px`);

  let frame = 0;
  const run = () => {
    show();
    frame = player.media.paused || !figure.isConnected ? 0 : requestAnimationFrame(run);
  };
  const start = () => {
    if (!frame && figure.isConnected) frame = requestAnimationFrame(run);
  };
  for (const name of ["play", "timeupdate", "seeked"]) player.media.addEventListener(name, start);
  new ResizeObserver(start).observe(figure);

  figure.addEventListener("click", (event) => {
    const { left, width } = plot();
    const share = (event.clientX - left) / width;
    if (share >= 0 && share <= 1) player.seek(share * seconds);
  });

  /** @param {number[]} times */
  const mark = (times) => {
    for (const old of findAll(figure, ".tl-mark")) old.remove();
    for (const time of times.filter((each) => each <= seconds)) {
      const dot = document.createElement("div");
      dot.className = "tl-mark";
      dot.style.left = `${place(time)}px`;
      figure.append(dot);
    }
  };
  return { mark };
}
