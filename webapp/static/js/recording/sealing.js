// What this browser keeps of a recording is sealed (AES-GCM, 256 bits) with a key that the page brings and that is never
// stored here: whoever sits at this computer afterwards, without the candidate's sign-in, finds bytes without a meaning.

/** What is here was sealed for another sign-in or another installation: it stays, and no repetition opens it. */
export class SealedElsewhere extends Error {}

/** Bytes that a seal adds. */
export const SEAL = 16;
/** @type {Promise<CryptoKey[]>} the first one seals, the others open what an older page sealed */
let keys = Promise.resolve([]);

/**
 * The keys of this page, in base64url with a space between them, the present one first. Without any (or on an insecure
 * address, where browsers have no cryptography and no camera) slices are kept as they are: nothing is lost for a key.
 * @param {string | undefined} given
 */
export function unlock(given) {
  const raw = (given ?? "").split(" ").filter(Boolean);
  if (!globalThis.crypto?.subtle) return;
  keys = Promise.all(raw.map((text) => crypto.subtle.importKey("raw", bytesOf(text), "AES-GCM", false, ["encrypt", "decrypt"])));
}

/** @param {string} text */
const bytesOf = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));

/**
 * A slice as it is stored: sealed, and bound to its place among the others.
 * @param {ArrayBuffer} bytes
 * @param {number} number
 * @returns {Promise<{bytes: ArrayBuffer, nonce?: Uint8Array<ArrayBuffer>}>}
 */
export async function seal(bytes, number) {
  const [key] = await keys;
  if (!key) return { bytes };
  const nonce = crypto.getRandomValues(new Uint8Array(12));
  return { bytes: await crypto.subtle.encrypt(terms(nonce, number), key, bytes), nonce };
}

/**
 * What was sealed. Rejects where none of this page's keys opens it.
 * @param {{bytes: ArrayBuffer, nonce?: Uint8Array<ArrayBuffer>}} slice
 * @param {number} number
 * @returns {Promise<ArrayBuffer>}
 */
export async function unseal({ bytes, nonce }, number) {
  if (!nonce) return bytes; // kept before slices were sealed
  for (const key of await keys) {
    const open = await crypto.subtle.decrypt(terms(nonce, number), key, bytes).catch(() => null);
    if (open) return open;
  }
  throw new SealedElsewhere();
}

/**
 * @param {Uint8Array<ArrayBuffer>} nonce
 * @param {number} number
 */
const terms = (nonce, number) => ({ name: "AES-GCM", iv: nonce, additionalData: new Uint8Array(new Uint32Array([number]).buffer) });
