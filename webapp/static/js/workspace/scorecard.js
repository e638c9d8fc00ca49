// The scorecard of one answer: saved as it is filled in; one competency is marked, and takes the keys 1 to 5.
import { autosave } from "../autosave.js";
import { byId, find, findAll } from "../dom.js";

/**
 * @param {HTMLElement} root
 * @param {{signal: AbortSignal, saved: (progress: any) => void, say: (words: string) => void}} parts
 */
export function wireScorecard(root, { signal, saved, say }) {
  const form = byId("ws-scorecard");
  const status = find(form, "[data-saved]");
  const kept = autosave(form, status, { signal, saved });
  const boxes = findAll(form, ".ws-competency:not(:disabled)");

  /** @param {any} box */
  const isScored = (box) => Boolean(find(box, "input:checked")?.value);
  let marked = boxes.find((box) => !isScored(box)) ?? boxes[0];
  const mark = () => {
    for (const box of boxes) box.classList.toggle("ws-competency-now", box === marked && boxes.length > 0);
  };
  mark();

  const tell = (/** @type {any} */ box) => {
    const words = find(box, "input:checked")?.dataset.words ?? "";
    find(box, "[data-level-words]").textContent = words;
    return words;
  };
  form.addEventListener("change", (/** @type {any} */ event) => {
    const box = event.target.closest(".ws-competency");
    if (box) tell(box);
  });
  form.addEventListener("focusin", (/** @type {any} */ event) => {
    const box = event.target.closest(".ws-competency:not(:disabled)");
    if (box) {
      marked = box;
      mark();
    }
  });

  return {
    /** Resolves once everything is saved, or some seconds later where it cannot be. */
    async settled() {
      for (let tries = 0; kept.unsaved() && tries < 40; tries += 1) {
        await kept.save();
        if (kept.unsaved()) await new Promise((resolve) => setTimeout(resolve, 100));
      }
    },
    /**
     * Score the marked competency and mark the next one; 0 takes a score away.
     * @param {string} key
     */
    score(key) {
      if (!marked) return;
      const input = find(marked, key === "0" ? 'input[value=""]' : `input[value="${key}"]`);
      input.checked = true;
      const words = tell(marked);
      say(`${find(marked, "legend").textContent}: ${key === "0" ? "" : `${key}, `}${words}`);
      form.dispatchEvent(new Event("input"));
      kept.save();
      const after = boxes[boxes.indexOf(marked) + 1];
      if (after && key !== "0") marked = after;
      mark();
      marked.scrollIntoView({ block: "nearest" });
    },
  };
}
