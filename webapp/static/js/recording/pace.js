// Whether a computer keeps up with blurring: a rule about times, without a picture.

/** Pictures a second below which the blur is given up. */
export const LEAST = 24;
/** Milliseconds over which they are counted. */
export const OVER = 3000;

/**
 * Counts the pictures of the last three seconds and the work on them. What counts is how many could be made: a camera that
 * gives few (in a dark room) says nothing of the work, and where the work is what is slow, as many as can be made are made.
 */
export class Pace {
  /** @type {{at: number, took: number}[]} */
  #pictures = [];
  #began = Infinity;
  #least;

  constructor(least = LEAST) {
    this.#least = least;
  }

  /**
   * A picture is done.
   * @param {number} at milliseconds, of a clock
   * @param {number} took milliseconds of work
   */
  note(at, took) {
    this.#began = Math.min(this.#began, at - took);
    this.#pictures.push({ at, took });
    while (this.#pictures[0].at <= at - OVER) this.#pictures.shift();
  }

  /** Pictures a second that could be made over the last three seconds; null before as much time has passed. */
  get rate() {
    const last = this.#pictures.at(-1);
    if (!last || last.at - this.#began < OVER) return null;
    const worked = this.#pictures.reduce((sum, { took }) => sum + took, 0);
    return (1000 * this.#pictures.length) / worked;
  }

  get isSlow() {
    return this.rate !== null && this.rate < this.#least;
  }
}
