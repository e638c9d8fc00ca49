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

export const csrfToken = () => find(document, 'meta[name="csrf-token"]').content;

/**
 * Headers that every request of ours carries.
 * @param {Record<string, string>} [more]
 */
export const headers = (more = {}) => ({ Accept: "application/json", "X-CSRFToken": csrfToken(), ...more });

/**
 * fetch() with a time limit that turns an answer of 400 and above into a ServerError. A network that is down rejects
 * with the TypeError or AbortError of fetch itself.
 * @param {string} url
 * @param {RequestInit & {timeout?: number}} [options]
 */
export async function request(url, { timeout = 30000, ...options } = {}) {
  const response = await fetch(url, { ...options, signal: AbortSignal.timeout(timeout) });
  if (response.ok) return response;
  const body = await response.json().catch(() => ({}));
  const message = body.error?.message ?? gettext("The server did not accept this. Reload the page and try again.");
  throw new ServerError(response.status, body.error?.code ?? "", message);
}

/** @param {string} url */
export async function getJson(url) {
  return (await request(url, { headers: headers() })).json();
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
  return response.json();
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
