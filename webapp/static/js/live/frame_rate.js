// How often a frame is sent: ten times a second at best, twice at worst, by what the answers say.

export const FASTEST = 100;
export const SLOWEST = 500;
/** How long an answer is waited for. */
export const PATIENCE = 2000;

/** Adapts slowly upwards and fast downwards. */
export class FrameRateControl {
  interval = 200;

  /**
   * The answer came after so many milliseconds.
   * @param {number} milliseconds
   */
  answered(milliseconds) {
    if (milliseconds > this.interval) this.interval = Math.min(SLOWEST, Math.max(this.interval * 1.15, milliseconds * 1.1));
    else if (milliseconds < this.interval * 0.7) this.interval = Math.max(FASTEST, this.interval - 10);
  }

  /** The server has no room for a frame, or did not answer at all. */
  refused() {
    this.interval = Math.min(SLOWEST, this.interval * 1.6);
  }

  unanswered() {
    this.interval = SLOWEST;
  }

  /** Frames a second, as it is set now. */
  get rate() {
    return 1000 / this.interval;
  }
}
