// Has the service worker keep the page for when there is no network: anew once a session and in each language.
const KEPT = "viva-offline-page";

export async function keepOfflinePage() {
  const here = document.documentElement.lang;
  try {
    await navigator.serviceWorker.register("/service-worker.js");
    const { active } = await navigator.serviceWorker.ready;
    if (sessionStorage.getItem(KEPT) === here) return;
    active?.postMessage("keep");
    sessionStorage.setItem(KEPT, here);
  } catch {
    // An insecure address, a private window, a browser without service workers: Viva works without.
  }
}
