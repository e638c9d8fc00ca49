// Folds whose content is fetched when they are opened for the first time. Without it the link in the fold leads there.

/**
 * Fill `fold` from its address once it is opened.
 * @param {HTMLDetailsElement} fold
 */
export const fillWhenOpened = (fold) => {
  const body = fold.querySelector("[data-part-body]");
  if (!body || fold.open) return;
  let asked = false;
  fold.addEventListener("toggle", async () => {
    if (!fold.open || asked) return;
    asked = true;
    body.setAttribute("aria-busy", "true");
    try {
      const response = await fetch(fold.dataset.part ?? "", { headers: { "X-Fragment": "1", Accept: "text/html" } });
      if (!response.ok) throw new Error(String(response.status));
      body.innerHTML = await response.text();
    } catch {
      asked = false; // the link is still there, and the next opening tries again
    }
    body.removeAttribute("aria-busy");
  });
};
