// The screen stays on while somebody records or thinks about a question: a phone that locks itself ends a recording.

/** @type {WakeLockSentinel | null} */
let held = null;
let wanted = false;

async function take() {
  if (!wanted || held || document.visibilityState !== "visible") return;
  try {
    held = (await navigator.wakeLock?.request("screen")) ?? null;
    held?.addEventListener("release", () => {
      held = null;
    });
    if (!wanted) await held?.release(); // it was over while we asked
  } catch {
    // Low battery, or not allowed: everything else goes on.
  }
}

/**
 * Keep the screen on from now on, or let it go.
 * @param {boolean} on
 */
export async function keepAwake(on) {
  wanted = on;
  if (on) await take();
  else await held?.release();
}

// The system takes it away when the page is hidden.
document.addEventListener("visibilitychange", take);
