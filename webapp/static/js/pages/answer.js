// One question: the think time, the recorder, the written answer.
import { byId } from "../dom.js";
import { gettext } from "../i18n.js";
import { NetworkError, postJson } from "../recording/http.js";
import { noteFacts } from "../recording/facts.js";
import { lookForFollowUp } from "../recording/follow_up.js";
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
const end = performance.now() + Number(page.dataset.think) * 1000;
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

if (byId("record")) {
  const studio = new Studio(page);
  if (page.dataset.followUp) studio.onSaved = () => lookForFollowUp(page.dataset.followUp);
  studio.onRecord = () => {
    clearInterval(ticking);
    think.hidden = true;
  };
  studio.start();
} else {
  // A written question: what was recorded before goes on its way meanwhile.
  const quiet = () => {};
  resumeAll(page.dataset.interview, () => ({ onState: quiet, onEnd: quiet, onError: quiet }));
}
