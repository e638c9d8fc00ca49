// The linter's rule that finds words which nobody can translate.
import { RuleTester } from "eslint";
import { describe, it } from "node:test";

import rule from "../../webapp/static/lint/gettext.mjs";

RuleTester.describe = describe;
RuleTester.it = it;

new RuleTester({ languageOptions: { ecmaVersion: 2024, sourceType: "module" } }).run("gettext", rule, {
  valid: [
    'button.textContent = gettext("Copied");',
    'status.textContent = on ? gettext("left") : "";',
    'element.setAttribute("aria-label", ngettext("%(num)s blink", "%(num)s blinks", n));',
    'element.setAttribute("aria-pressed", "true");',
    'element.className = "text-secondary mb-0";',
    'throw new Error("The server has lost a part");',
    'console.warn("Viva: a take could not be removed from this browser", error);',
    "number.textContent = `${x} %`;",
    'if (title.textContent === "Chat") open();',
    'say(gettext("A recording is being sent. Stay here."));',
  ],
  invalid: [
    { code: 'button.textContent = "Copied";', errors: 1 },
    { code: "button.textContent = `Copied: ${name}`;", errors: 1 },
    { code: 'status.textContent = on ? "left" : "at most";', errors: 2 },
    { code: 'element.title = "Chat";', errors: 1 },
    { code: 'element.setAttribute("aria-label", `Chat ${n}`);', errors: 1 },
    { code: 'alert("Saved");', errors: 1 },
    { code: 'say("A recording is being sent.");', errors: 1 },
    { code: 'const WORDS = { on: "Your voice is being read." };', errors: 1 },
    { code: "gettext(message);", errors: 1 },
    { code: "gettext(`Copied: ${name}`);", errors: 1 },
    { code: 'ngettext("one", other, n);', errors: 1 },
  ],
});
