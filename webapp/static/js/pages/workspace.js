// The review workspace: answers change in place, everything is saved as it is given, and keys do the rest.
import { byId, find, findAll } from "../dom.js";
import { gettext } from "../i18n.js";
import { addLocalTimes } from "../localtime.js";
import { wireAnalyses } from "../workspace/analyses.js";
import { wireComments } from "../workspace/comments.js";
import { wireDeciding } from "../workspace/deciding.js";
import { wireKeys } from "../workspace/keys.js";
import { wirePlayer } from "../workspace/player.js";
import { wireScorecard } from "../workspace/scorecard.js";
import { wireTabs } from "../workspace/tabs.js";
import { wireTimeline } from "../workspace/timeline.js";
import { wireTranscript } from "../workspace/transcript.js";

const workspace = byId("workspace");
const part = byId("ws-answer");
const status = find(workspace, "[data-say]");
/** @param {string} words */
const say = (words) => (status.textContent = words);

/** @type {{player: ReturnType<typeof wirePlayer>, card: ReturnType<typeof wireScorecard>, comments: ReturnType<typeof wireComments>, ends: AbortController} | null} */
let answer = null;

const deciding = wireDeciding(workspace, async () => answer?.card.settled());

/** Wire the answer that is on the page now. */
function wire() {
  const ends = new AbortController();
  // On a phone the guide is folded: an answer and its scores come first.
  if (window.innerWidth < 992) for (const fold of findAll(part, ".ws-guide details")) fold.open = false;
  const player = wirePlayer(part, (progress) => showProgress(progress));
  const open = wireTabs(part);
  wireTranscript(part, player);
  const card = wireScorecard(part, { signal: ends.signal, saved: (progress) => showProgress(progress), say });
  const comments = wireComments(part, { player, open, say });
  let mark = () => {};
  /** @param {HTMLElement | null} figure */
  const draw = (figure) => {
    if (!figure || !player) return;
    const line = wireTimeline(figure, player);
    mark = () => line.mark(findAll(part, "[data-comment-at]").map((each) => Number(each.dataset.commentAt)));
    mark();
  };
  part.addEventListener("comments", () => mark(), { signal: ends.signal });
  draw(find(part, "[data-own-timeline] [data-timeline]"));
  wireAnalyses(part, player, say, draw);
  answer = { player, card, comments, ends };
  if (window.location.hash === "#side-comments") open("tab-comments");
}

/** @param {any} progress */
function showProgress(progress) {
  deciding.tell(progress);
  for (const step of findAll(part, ".ws-step")) {
    const number = Number(step.dataset.step);
    if (progress.unopened && !step.classList.contains("ws-step-empty")) step.classList.toggle("ws-step-opened", !progress.unopened.includes(number));
    if (progress.unrated) step.classList.toggle("ws-step-rated", !progress.unrated.includes(number));
  }
}

/**
 * Show another answer without leaving the page; where that fails the browser goes there itself.
 * @param {string} url
 * @param {{push?: boolean, focus?: boolean}} [options]
 */
async function go(url, { push = true, focus = true } = {}) {
  try {
    await answer?.card.settled();
    const response = await fetch(url, { headers: { "X-Fragment": "1", Accept: "text/html" } });
    if (!response.ok || response.redirected) throw new Error(String(response.status));
    const html = await response.text();
    answer?.player?.media.pause();
    answer?.ends.abort();
    part.innerHTML = html;
    if (push) history.pushState({ url }, "", url);
    addLocalTimes(part, document.documentElement.lang);
    wire();
    const count = find(part, ".ws-count").textContent.trim();
    document.title = `${find(workspace, "h1").textContent.trim()}, ${count}`;
    const number = find(part, "[data-answer]").dataset.answer;
    for (const field of findAll(workspace, "[data-number]")) field.value = number;
    const { words, ready } = find(part, "[data-progress]").dataset;
    deciding.tell({ words, ready: ready === "yes" });
    if (focus) find(part, ".ws-prompt").focus({ preventScroll: window.innerWidth > 900 });
    say(count);
  } catch (error) {
    console.warn(error);
    window.location.assign(url);
  }
}

part.addEventListener("click", (/** @type {MouseEvent} */ event) => {
  const link = /** @type {HTMLAnchorElement | null} */ (/** @type {Element} */ (event.target).closest("a[data-step]"));
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  go(link.href);
});
history.replaceState({ url: window.location.href }, "");
window.addEventListener("popstate", (event) => {
  if (event.state?.url) go(event.state.url, { push: false });
});

/** @param {string} rel */
const step = (rel) => {
  const link = find(part, `a[rel=${rel}]`);
  if (link) go(link.href);
  else say(rel === "next" ? gettext("This is the last answer.") : gettext("This is the first answer."));
};

/** An address may name a moment: #t=13.5 puts the player there, without playing. */
function toMoment() {
  const seconds = Number(/^#t=(\d+(\.\d+)?)$/.exec(window.location.hash)?.[1] ?? Number.NaN);
  const media = answer?.player?.media;
  if (!media || Number.isNaN(seconds)) return;
  if (media.readyState >= HTMLMediaElement.HAVE_METADATA) answer?.player?.seek(seconds);
  else media.addEventListener("loadedmetadata", () => answer?.player?.seek(seconds), { once: true });
}

wire();
toMoment();
window.addEventListener("hashchange", toMoment);
const keys = wireKeys({
  j: () => step("next"),
  k: () => step("prev"),
  c: () => answer?.comments.begin(),
  n: async () => {
    await answer?.card.settled();
    window.location.assign(workspace.dataset.next);
  },
  " ": () => answer?.player?.toggle(),
  ArrowLeft: () => answer?.player?.jump(-5),
  ArrowRight: () => answer?.player?.jump(5),
  ",": () => answer?.player?.step(-1),
  ".": () => answer?.player?.step(1),
  "?": () => keys.open(),
  ...Object.fromEntries(["0", "1", "2", "3", "4", "5"].map((key) => [key, () => answer?.card.score(key)])),
});
