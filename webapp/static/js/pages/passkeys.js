// Passkeys: the button of a form asks the server for options and the browser for a passkey, and sends the form with it.
// The form has data-passkey="create" or "get", data-options (where to ask), a hidden field "credential", a button with
// data-passkey-button (hidden until it is known that the browser can), and a place for what went wrong (role="alert").
import { find } from "../dom.js";
import { gettext } from "../i18n.js";
import { headers } from "../recording/http.js";
import { creation, plain, request } from "../passkey_json.js";

/** @param {HTMLFormElement} form */
function arm(form) {
  const button = find(form, "[data-passkey-button]");
  const said = find(form, "[role=alert]");
  button.hidden = false;
  button.addEventListener("click", async () => {
    if (form.dataset.passkey === "create" && !form.reportValidity()) return;
    said.textContent = "";
    button.disabled = true;
    try {
      find(form, "[name=credential]").value = JSON.stringify(plain(await ask(form)));
      form.submit();
    } catch (error) {
      said.textContent = sentence(error);
      button.disabled = false;
    }
  });
}

/**
 * @param {HTMLFormElement} form
 * @returns {Promise<any>}
 */
async function ask(form) {
  const answer = await fetch(form.dataset.options ?? "", { method: "POST", headers: headers() });
  if (!answer.ok) throw new Error(gettext("Viva did not answer. Reload the page and try again."));
  const options = await answer.json();
  const found =
    form.dataset.passkey === "create"
      ? await navigator.credentials.create({ publicKey: creation(options) })
      : await navigator.credentials.get({ publicKey: request(options) });
  if (!found) throw new Error(gettext("Your browser offered no passkey. Try again."));
  return found;
}

/** @param {unknown} error */
function sentence(error) {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "InvalidStateError") return gettext("This device has a passkey for your account already.");
  if (name === "NotAllowedError") return gettext("No passkey was used. Try again, or choose another way.");
  if (name) return gettext("Your browser could not use a passkey here. Choose another way.");
  return error instanceof Error ? error.message : String(error);
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (window.PublicKeyCredential) arm(/** @type {HTMLFormElement} */ (form));
  else find(form, "[role=alert]").textContent = gettext("This browser cannot use passkeys.");
}
