// Facts say how long and how much, and nothing else.
import assert from "node:assert/strict";
import { test } from "node:test";

test("leaving the page and pasting are noted, with an amount and no text", async () => {
  const listeners = {};
  globalThis.document = { visibilityState: "visible", addEventListener: (name, listener) => (listeners[name] = listener), querySelector: () => null, getElementById: () => null };
  const { noteFacts } = await import("../../webapp/static/js/recording/facts.js");
  const sent = [];
  const page = { addEventListener: (name, listener) => (listeners[name] = listener) };
  noteFacts("/facts", page, async (url, body) => sent.push([url, body]));
  const now = Date.now;
  Date.now = () => 1_000_000;
  document.visibilityState = "hidden";
  listeners.visibilitychange();
  Date.now = () => 1_012_400;
  document.visibilityState = "visible";
  listeners.visibilitychange();
  Date.now = now;
  listeners.visibilitychange();
  const field = { closest: (selector) => selector === "textarea" };
  listeners.paste({ target: field, clipboardData: { getData: () => "seven c" } });
  listeners.paste({ target: { closest: () => null }, clipboardData: { getData: () => "elsewhere" } });
  assert.deepEqual(sent, [
    ["/facts", { kind: "left_page", amount: 12 }],
    ["/facts", { kind: "pasted", amount: 7 }],
  ]);
});
