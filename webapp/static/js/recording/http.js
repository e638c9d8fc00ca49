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
