// An open link's form: before it goes out, the browser does the work by which programs are told from people (ALTCHA).
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { find, findAll } from "../dom.js";

/** Numbers that are tried before the page may draw again. */
const AT_ONCE = 2000;

/**
 * The number that solves a challenge.
 * @param {{challenge: string, salt: string, maxnumber: number}} task
 */
async function solved(task) {
  for (let number = 0; number <= task.maxnumber; number += 1) {
    if (bytesToHex(sha256(utf8ToBytes(task.salt + number))) === task.challenge) return number;
    if (number % AT_ONCE === 0) await new Promise((resolve) => setTimeout(resolve));
  }
  return -1;
}

for (const form of findAll(document, "form[data-challenge]")) {
  if (!(form instanceof HTMLFormElement)) continue;
  form.addEventListener("submit", async (event) => {
    const field = form.querySelector('input[name="altcha"]');
    if (!(field instanceof HTMLInputElement) || field.value) return;
    event.preventDefault();
    find(form, "[data-working]").hidden = false;
    const task = JSON.parse(form.dataset.challenge ?? "{}");
    const number = await solved(task);
    field.value = btoa(JSON.stringify({ ...task, number }));
    form.submit();
  });
}
