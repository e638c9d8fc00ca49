// Questions that stop everything else: the browser's own dialogs, which keep the focus and close with Escape.

/** Show a dialog; resolves with the value of the button that closed it, "" after Escape. */
export function ask(id) {
  const dialog = document.getElementById(id);
  if (!dialog || dialog.open) return Promise.resolve("");
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue), { once: true });
  });
}

/** Show a dialog that cannot be left but by its link. */
export function insist(id, words) {
  const dialog = document.getElementById(id);
  dialog.querySelector("p").textContent = words;
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  if (!dialog.open) dialog.showModal();
}

export const closeDialog = (id) => document.getElementById(id)?.close();
