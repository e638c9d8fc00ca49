// When has somebody's expression changed? Not with every frame: when another one has held on, and was sure enough.

const HOLDS = 1400;
const SURE = 0.5;
/** At least so long between two changes of one person. */
const REST = 5000;

export class Changes {
  #people = new Map(); // id → {told, toldAt, candidate, since}

  /**
   * Feed what was read of somebody now; returns the emotion where that is a change worth telling, else null.
   * @param {string} id
   * @param {Judgement | null} main
   */
  see(id, main, now = performance.now()) {
    const state = this.#people.get(id) ?? { told: null, toldAt: -Infinity, candidate: null, since: now };
    this.#people.set(id, state);
    const emotion = main?.emotion && main.confidence >= SURE ? main.emotion : null;
    if (emotion === null) return null; // not sure: neither a change nor the end of one
    if (emotion !== state.candidate) Object.assign(state, { candidate: emotion, since: now });
    if (emotion === state.told || now - state.since < HOLDS || now - state.toldAt < REST) return null;
    Object.assign(state, { told: emotion, toldAt: now });
    return emotion;
  }

  /** @param {string} id */
  forget(id) {
    this.#people.delete(id);
  }
}
