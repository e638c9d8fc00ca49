// What an earlier page of this interview recorded and did not bring to an end: a reload, a closed lid, a dead network.
import { StoredTake } from "./store.js";
import { abandon, bring, exclusively } from "./upload.js";

/**
 * Bring every stored take of an interview to the server. `handlers(take)` gives {onState, onEnd(recording), onError}
 * for each. Takes that another tab works on are left to it.
 * @param {string} interview
 * @param {(take: import("./store.js").StoredTake) => {onState: (state: string, why?: string) => void, onEnd: (recording: any) => any, onError: (error: any, take: import("./store.js").StoredTake) => any}} handlers
 */
export async function resumeAll(interview, handlers) {
  const takes = await StoredTake.of(interview);
  await Promise.all(
    takes.map((take) =>
      exclusively(take.id, async () => {
        // Begun, and gone before the first slice; unless another tab has begun it this moment.
        if (take.size === 0) return Date.now() - take.record.startedAt < 15000 ? null : take.remove();
        if (take.record.existing && !take.finished) return abandon(take); // half a file is no answer, and the file is still there
        const { onState, onEnd, onError } = handlers(take);
        if (!take.finished) await take.finish({ interrupted: true });
        try {
          return onEnd(await bring(take, { onState }));
        } catch (error) {
          return onError(error, take);
        }
      }),
    ),
  );
  return takes;
}
