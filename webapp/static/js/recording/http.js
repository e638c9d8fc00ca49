// Requests to our own server: the CSRF token, JSON, and errors that carry the server's words for the person.

import { find } from "../dom.js";
import { gettext } from "../i18n.js";

export class ServerError extends Error {
  /**
   * @param {number} status
   * @param {string} code
   * @param {string} message
   */
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** The network, or what answers instead of our server. Nothing else is ever called that. */
export class NetworkError extends Error {}

export const csrfToken = () => find(document, 'meta[name="csrf-token"]').content;

/**
 * Headers that every request of ours carries.
 * @param {Record<string, string>} [more]
 */
export const headers = (more = {}) => ({ Accept: "application/json", "X-CSRFToken": csrfToken(), ...more });

/**
 * What went wrong, for the person: the server's words, `offline` where the network is to blame, and the page's own
 * fault under its own name.
 * @param {any} error
 * @param {string} offline
 */
export function wordsFor(error, offline) {
  if (error instanceof ServerError && error.message) return error.message;
  if (error instanceof ServerError || error instanceof NetworkError) return offline;
  return gettext("Something in this page failed (%(error)s). Reload the page. If that does not help, use another browser or answer in writing.", { error: error?.name ?? String(error) });
}

/**
 * A signal that gives up after so many milliseconds, also where the browser has no AbortSignal.timeout.
 * @param {number} timeout
 */
export function deadline(timeout) {
  if (typeof AbortSignal !== "undefined" && AbortSignal.timeout) return AbortSignal.timeout(timeout);
  if (typeof AbortController === "undefined") return undefined;
  const controller = new AbortController();
  setTimeout(() => controller.abort(), timeout);
  return controller.signal;
}

/**
 * fetch() with a time limit that turns an answer of 400 and above into a ServerError, and a network that is down into a
 * NetworkError.
 * @param {string} url
 * @param {RequestInit & {timeout?: number}} [options]
 */
export async function request(url, { timeout = 30000, ...options } = {}) {
  const init = { ...options, signal: deadline(timeout) };
  let response;
  try {
    response = await fetch(url, init);
  } catch (error) {
    throw new NetworkError(error.message, { cause: error });
  }
  if (response.ok) return response;
  const body = await response.json().catch(() => ({}));
  const message = body.error?.message ?? gettext("The server did not accept this. Reload the page and try again.");
  throw new ServerError(response.status, body.error?.code ?? "", message);
}

/**
 * The JSON of an answer; a page of a network's sign-in, which says 200 too, is no answer of ours.
 * @param {Response} response
 */
async function jsonOf(response) {
  try {
    return await response.json();
  } catch (error) {
    throw new NetworkError(error.message, { cause: error });
  }
}

/** @param {string} url */
export async function getJson(url) {
  return jsonOf(await request(url, { headers: headers() }));
}

/**
 * @param {string} url
 * @param {unknown} data
 * @param {RequestInit & {timeout?: number}} [options]
 */
export async function postJson(url, data, options = {}) {
  const response = await request(url, {
    method: "POST",
    headers: headers({ "Content-Type": "application/json" }),
    body: JSON.stringify(data),
    ...options,
  });
  return jsonOf(response);
}

const OVERRIDE = "viva-post-instead-of-patch";

/** Whether something between here and the server blocks PATCH, so that uploads go by POST (X-HTTP-Method-Override). */
export const sendsByPost = () => {
  try {
    return sessionStorage.getItem(OVERRIDE) === "1";
  } catch {
    return false; // a browser that stores nothing
  }
};

/** @param {boolean} blocked */
export function rememberPatchIsBlocked(blocked) {
  try {
    sessionStorage.setItem(OVERRIDE, blocked ? "1" : "0");
  } catch {
    // then each page finds out anew
  }
}

/**
 * Whether a PATCH, which recordings are sent with, reaches the server. Call it where a POST just did.
 * @param {string} url
 */
export async function patchArrives(url) {
  try {
    await request(url, { method: "PATCH", headers: headers({ "Content-Type": "application/octet-stream" }), body: new Uint8Array(16) });
    return true;
  } catch (error) {
    // Our own server answers with our own words; a proxy with 403, 405 or 501 and a page of its own, or with nothing.
    return error instanceof ServerError && error.code !== "";
  }
}
