// The review page: recordings that are still on their way go on, and the page is drawn anew when they have arrived.
import { byId, findAll } from "../dom.js";
import { gettext } from "../i18n.js";
import { wordsFor } from "../recording/http.js";
import { resumeAll } from "../recording/resume.js";
import { unlock } from "../recording/sealing.js";

const list = byId("review");
unlock(list.dataset.takeKeys);
const network = byId("network");
let pending = 0;

/** @param {string} text */
function tell(text) {
  network.textContent = text;
  network.hidden = !text;
}

const arrived = () => {
  pending -= 1;
  if (pending === 0) window.location.reload();
};

resumeAll(list.dataset.interview, () => {
  pending += 1;
  return {
    onState(state) {
      tell(
        state === "waiting"
          ? gettext("No connection just now. Your recording is safe in this browser and is sent as soon as the connection is back.")
          : gettext("A recording is being sent. Stay on this page until it says “Answered”."),
      );
    },
    onEnd: arrived,
    onError: (error) => tell(gettext("A recording could not be sent: %(reason)s", { reason: wordsFor(error, gettext("reload the page and try again.")) })),
  };
}).then(() => {
  if (pending === 0 && list.querySelector('[data-state="saving"]')) window.setTimeout(lookAgain, 3000);
});

/** @param {ParentNode} root */
const states = (root) => findAll(root, "#review [data-state]").map((row) => row.dataset.state).join();

// What another tab sends, or the server still checks, shows up when it is there.
async function lookAgain() {
  const text = await fetch(window.location.href).then((response) => response.text()).catch(() => "");
  const page = new DOMParser().parseFromString(text, "text/html");
  if (text && states(page) !== states(document)) window.location.reload();
  else window.setTimeout(lookAgain, 5000);
}
