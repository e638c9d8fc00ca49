// Whether this browser can take part in a call at all, and how it tells the others where it cannot.
import { gettext } from "../i18n.js";

/** Some browsers have WebRTC switched off, by a setting or by their makers. */
export const canCall = () => typeof RTCPeerConnection !== "undefined";

/** What goes to the others in place of a description. */
export const CANNOT = { description: { type: "unsupported" } };

/** @param {any} data what somebody sent by the signalling */
export const saysCannot = (data) => data?.description?.type === "unsupported";

export const cannotCallHere = () => gettext("This browser cannot make calls (WebRTC is missing or switched off), so nobody here can see or hear you. Open the link in a recent Chrome, Edge, Firefox or Safari. The chat works here.");
