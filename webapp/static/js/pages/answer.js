// One question: the think time, the recorder, the written answer.
import { byId } from "../dom.js";
import { gettext } from "../i18n.js";
import { NetworkError, postJson } from "../recording/http.js";
import { noteFacts } from "../recording/facts.js";
import { lookForFollowUp } from "../recording/follow_up.js";
import { sayTerms, watchTerms } from "../recording/grants.js";
import { resumeAll } from "../recording/resume.js";
import { unlock } from "../recording/sealing.js";
import { announce, countdown } from "../recording/speak.js";
import { Studio } from "../recording/studio.js";
import { setUp } from "../recording/written.js";

const page = byId("answer");
unlock(page.dataset.takeKeys);
const form = byId("written");
if (form) setUp(form);

// The page says that somebody sees the question: that a program fetched it says nothing. What is recorded or written says
// so as well, so nothing waits for this.
async function noteSeen() {
  try {
    await postJson(page.dataset.show, {}, { keepalive: true });
  } catch (error) {
    if (error instanceof NetworkError) setTimeout(noteSeen, 5000);
  }
}

if (page.dataset.show) noteSeen();
if (page.dataset.facts) noteFacts(page.dataset.facts, page);

// The server says how much think time is left; nothing starts by itself when it is over.
const think = byId("think");
let end = performance.now() + Number(page.dataset.think) * 1000;
/** @type {ReturnType<typeof setInterval>} */
let ticking;

function tick() {
  const left = (end - performance.now()) / 1000;
  byId("think-left").textContent = countdown(left);
  if (left > 0) return;
  clearInterval(ticking);
  think.textContent = gettext("Your time to think is over. Start when you are ready.");
  announce(think.textContent);
}

if (Number(page.dataset.think) > 0) ticking = setInterval(tick, 250);

/** @type {Studio | null} */
let studio = null;
let begun = false;

/**
 * The time to think as it is now; once somebody has recorded it is over.
 * @param {import("../recording/grants.js").Terms} terms
 */
function thinkAnew({ think_left: left, clock }) {
  if (begun) return;
  clearInterval(ticking);
  think.hidden = !clock || left <= 0;
  if (think.hidden) return;
  end = performance.now() + left * 1000;
  if (!byId("think-left")) think.replaceChildren(gettext("Time to think:"), " ", Object.assign(document.createElement("strong"), { id: "think-left" }));
  ticking = setInterval(tick, 250);
}

const { limit, takesAllowed, thinkSeconds, clock, kind } = page.dataset;
watchTerms(
  page.dataset.terms,
  { limit: Number(limit), takes: Number(takesAllowed), takes_left: 0, think: Number(thinkSeconds), think_left: 0, clock: clock === "true", kind },
  (terms, before) => {
    if (terms.think !== before.think || terms.clock !== before.clock) thinkAnew(terms);
    studio?.grant(terms);
    sayTerms(terms, before);
  },
);

if (byId("record")) {
  studio = new Studio(page);
  if (page.dataset.followUp) studio.onSaved = () => lookForFollowUp(page.dataset.followUp);
  studio.onRecord = () => {
    begun = true;
    clearInterval(ticking);
    think.hidden = true;
  };
  studio.start();
} else {
  // A written question: what was recorded before goes on its way meanwhile.
  const quiet = () => {};
  resumeAll(page.dataset.interview, () => ({ onState: quiet, onEnd: quiet, onError: quiet }));
}
