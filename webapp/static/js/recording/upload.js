// Sends a take while it is recorded (tus 1.0), declares its checksum, and waits until the server has verified it.
import { gettext } from "../i18n.js";
import { Upload } from "tus-js-client";
import { NetworkError, ServerError, getJson, headers, postJson, rememberPatchIsBlocked, request, sendsByPost } from "./http.js";
import { SealedElsewhere } from "./sealing.js";

const CHUNK = 1024 * 1024;
const LONGEST_PAUSE = 20000;
/** Rejections for which the recording in this browser is not to blame. */
const DAMAGED = ["checksum", "not_verified"];
/** @param {string} text */
const base64 = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));
/** @param {number} milliseconds */
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/**
 * Make the upload of a new take on the server. Returns {id, url}; throws ServerError where no take may be begun.
 * @param {string} endpoint
 * @param {{interview: string, question: string, type: string, existing?: boolean, blurred?: boolean}} options
 */
export async function create(endpoint, { interview, question, type, existing, blurred }) {
  const metadata = Object.entries({ interview, question, filetype: type, ...(existing ? { existing: "1" } : {}), ...(blurred ? { blurred: "1" } : {}) }).map(([key, value]) => `${key} ${base64(value)}`);
  const response = await request(endpoint, {
    method: "POST",
    headers: headers({ "Tus-Resumable": "1.0.0", "Upload-Defer-Length": "1", "Upload-Metadata": metadata.join(",") }),
  });
  const url = new URL(response.headers.get("Location") ?? "", window.location.href).pathname;
  return { id: url.split("/").pop() ?? "", url };
}

/**
 * tus-js-client's view of a take that may still grow.
 * @type {any}
 */
const reader = {
  openFile: async (/** @type {import("./store.js").StoredTake} */ take) => ({
    size: /** @type {number | null} */ (null),
    async slice(/** @type {number} */ start, /** @type {number} */ end) {
      await take.beyond(start);
      const value = await take.read(start, end);
      const done = take.finished && start + value.size >= take.size;
      return { value: value.size ? value : null, done };
    },
    close() {},
  }),
};

/**
 * @returns {Promise<void>}
 * @param {import("./store.js").StoredTake} take
 * @param {(accepted: number) => void} onProgress
 */
function send(take, onProgress) {
  return new Promise((resolve, reject) => {
    const upload = new Upload(take, {
      uploadUrl: take.record.url,
      fileReader: reader,
      uploadLengthDeferred: true,
      chunkSize: CHUNK,
      retryDelays: null, // retried below, for as long as it takes
      storeFingerprintForResuming: false,
      fingerprint: async () => /** @type {any} */ (null),
      headers: headers(),
      overridePatchMethod: sendsByPost(),
      onBeforeRequest(req) {
        const xhr = req.getUnderlyingObject();
        xhr.timeout = 60000; // a network that is dead without saying so
        xhr.ontimeout = () => xhr.onerror(new ProgressEvent("timeout"));
      },
      onChunkComplete: (_size, accepted) => onProgress(accepted),
      onSuccess: () => resolve(),
      onError(error) {
        const response = "originalResponse" in error ? error.originalResponse : null;
        if (!response) {
          const cause = /** @type {any} */ (error).causingError; // an event where the network failed, else our own fault
          return reject(cause instanceof Error ? cause : new NetworkError(error.message));
        }
        /** @type {{error?: {code?: string, message?: string}}} */
        let body = {};
        try {
          body = JSON.parse(response.getBody());
        } catch {
          // a HEAD has no body, and a proxy's error page is no JSON
        }
        return reject(new ServerError(response.getStatus(), body.error?.code ?? "", body.error?.message ?? ""));
      },
    });
    upload.start();
  });
}

/**
 * Errors that no repetition mends: refusals, and faults of our own. A network or a server will come back.
 * @param {unknown} error
 */
export const isFinal = (error) =>
  error instanceof ServerError ? [400, 403, 404, 410, 413, 415].includes(error.status) : [SealedElsewhere, TypeError, ReferenceError, RangeError, SyntaxError].some((fault) => error instanceof fault);

/**
 * Bring a take to the server, whatever happens in between. Calls onState with "sending", "waiting" (no connection; the
 * second argument says more), "checking". Resolves with the server's description of the recording once it is ready
 * ("saved") or rejected; rejects with a ServerError where going on makes no sense. The take is removed from this
 * browser only when the server's checksum of what it stored is the checksum of what is here.
 * @param {import("./store.js").StoredTake} take
 * @param {{onState?: (state: "sending" | "waiting" | "checking", why?: string) => void}} [options]
 */
export async function bring(take, { onState = () => {} } = {}) {
  const status = `/recordings/${take.id}`;
  let failures = 0;
  for (;;) {
    try {
      onState("sending");
      await send(take, () => {
        failures = 0;
        onState("sending");
      });
      const sha256 = await take.digest();
      onState("checking");
      await postJson(`${status}/finish`, { sha256, interrupted: take.record.interrupted });
      const recording = await settled(status);
      if (recording.state === "ready" && recording.sha256 !== sha256) {
        throw new ServerError(410, "stored_wrong", gettext("What the server stored is not what was recorded. It is kept in this browser; tell the person who invited you."));
      }
      if (DAMAGED.includes(recording.reason_code)) throw new ServerError(410, recording.reason_code, recording.reason);
      await take.remove();
      return recording;
    } catch (error) {
      if (isFinal(error)) throw error;
      if (error instanceof ServerError && [405, 501].includes(error.status)) rememberPatchIsBlocked(true);
      onState("waiting", error instanceof ServerError ? error.message : "");
      await backOff(failures);
      failures += 1;
    }
  }
}

/**
 * Forget a take here and on the server, where not all of it arrived. A server that is not reached keeps what it has.
 * @param {import("./store.js").StoredTake} take
 */
export async function abandon(take) {
  await request(take.record.url, { method: "DELETE", headers: headers({ "Tus-Resumable": "1.0.0" }) }).catch(() => {});
  await take.remove();
}

/** @param {string} status */
async function settled(status) {
  for (let wait = 300; ; wait = Math.min(3000, wait * 1.3)) {
    const recording = await getJson(status);
    if (recording.state === "ready" || recording.state === "rejected") return recording;
    if (recording.state === "receiving") throw new NetworkError(); // the server has lost a part: send it again
    await pause(wait);
  }
}

/**
 * Milliseconds until the next try, after so many failures in a row.
 * @param {number} failures
 */
export const pauseAfter = (failures) => Math.min(LONGEST_PAUSE, 500 * 2 ** failures);

/** @param {number} failures */
function backOff(failures) {
  const online = new Promise((resolve) => window.addEventListener("online", resolve, { once: true }));
  return Promise.race([online, pause(pauseAfter(failures))]);
}

/**
 * Hold the browser-wide lock of a take while work runs; does nothing and returns null where another tab holds it.
 * @param {string} id
 * @param {() => any} work
 */
export async function exclusively(id, work) {
  if (!navigator.locks) return work();
  return navigator.locks.request(`viva-take-${id}`, { ifAvailable: true }, (lock) => (lock ? work() : null));
}

/**
 * Take the browser-wide lock of a question, so that one tab alone records it. Resolves with the function that lets it
 * go, or with null where another tab has it. A tab that is closed lets it go by itself.
 * @param {string} question
 * @returns {Promise<(() => void) | null>}
 */
export function holdQuestion(question) {
  return new Promise((resolve) => {
    if (!navigator.locks) return resolve(() => {});
    const held = navigator.locks.request(`viva-question-${question}`, { ifAvailable: true }, (lock) => {
      if (!lock) return resolve(null);
      return new Promise((/** @type {(value?: unknown) => void} */ release) => resolve(() => release()));
    });
    return held.catch(() => resolve(() => {})); // a browser that refuses locks still records
  });
}
