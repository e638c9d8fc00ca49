// WebAuthn's options and credentials as JSON, with bytes in base64url: browsers of before 2024 have no methods for it.

/** @param {string} text */
export function bytes(text) {
  const decoded = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(decoded, (letter) => letter.charCodeAt(0));
}

/** @param {ArrayBuffer} buffer */
export function base64url(buffer) {
  const text = btoa(String.fromCharCode(...new Uint8Array(buffer)));
  return text.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** @param {any[]} [list] */
const credentials = (list) => (list ?? []).map((each) => ({ ...each, id: bytes(each.id) }));

/**
 * @param {any} options
 * @returns {PublicKeyCredentialCreationOptions}
 */
export const creation = (options) => ({
  ...options,
  challenge: bytes(options.challenge),
  user: { ...options.user, id: bytes(options.user.id) },
  excludeCredentials: credentials(options.excludeCredentials),
});

/**
 * @param {any} options
 * @returns {PublicKeyCredentialRequestOptions}
 */
export const request = (options) => ({
  ...options,
  challenge: bytes(options.challenge),
  allowCredentials: credentials(options.allowCredentials),
});

/**
 * What the server reads: see RegistrationResponseJSON and AuthenticationResponseJSON in the standard.
 * @param {any} credential
 */
export function plain(credential) {
  const { response } = credential;
  /** @type {Record<string, any>} */
  const sent = { clientDataJSON: base64url(response.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[name]) sent[name] = base64url(response[name]);
  }
  if (response.getTransports) sent.transports = response.getTransports();
  return {
    id: credential.id,
    rawId: base64url(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment ?? undefined,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: sent,
  };
}
