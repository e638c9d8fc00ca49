// Tells the server which answers this person has opened: a recording once a second of it has played, written words once
// most of them have been on the screen for a second.
import { find, findAll } from "./dom.js";

const SECONDS = 1;

/** @param {string} url */
const tell = (url) => {
  const token = find(document, 'meta[name="csrf-token"]')?.content ?? "";
  return fetch(url, { method: "POST", headers: { "X-CSRFToken": token }, keepalive: true });
};

/**
 * Every element under `root` with the address to tell (`data-opened-url`) holds one answer.
 * @param {ParentNode} root
 */
export const wireOpenings = (root) => {
  for (const answer of findAll(root, "[data-opened-url]")) {
    let done = false;
    const open = async () => {
      if (done) return;
      done = true;
      try {
        done = (await tell(answer.dataset.openedUrl)).ok;
      } catch {
        done = false; // the next second tells again
      }
    };
    const media = find(answer, "video, audio");
    if (media) {
      let played = 0;
      let last = 0;
      media.addEventListener("timeupdate", () => {
        const step = media.currentTime - last;
        last = media.currentTime;
        if (!media.paused && step > 0 && step < 2) played += step;
        if (played >= SECONDS) open();
      });
    }
    const words = find(answer, "[data-words]");
    if (words && !media) {
      /** @type {number | undefined} */
      let timer;
      const seen = new IntersectionObserver(
        (entries) => {
          clearTimeout(timer);
          if (entries.some((entry) => entry.isIntersecting)) timer = window.setTimeout(open, SECONDS * 1000);
        },
        { threshold: 0.2 },
      );
      seen.observe(words);
    }
  }
};
