// Small helpers of pages: local times, lengths, players, the colours of charts, what a browser remembers.
import assert from "node:assert/strict";
import { test } from "node:test";

const memory = () => {
  const kept = new Map();
  return { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value) };
};
globalThis.sessionStorage = memory();
globalThis.localStorage = memory();
process.env.TZ = "America/Montreal";

const js = "../../webapp/static/js/";
const { addLocalTimes } = await import(`${js}localtime.js`);
const { clock, countdown } = await import(`${js}recording/speak.js`);
const { seek, playerOf } = await import(`${js}report/players.js`);
const { inked, themed } = await import(`${js}report/theme.js`);
const state = await import(`${js}live/join_state.js`);
const { Preferences } = await import(`${js}live/preferences.js`);

test("a moment is written in the reader's own zone, with UTC in brackets at most", () => {
  const own = { dateTime: "2026-01-15T17:30:00Z", dataset: { local: "own" } };
  const both = { dateTime: "2026-01-15T17:30:00Z", dataset: { local: "both" } };
  const late = { dateTime: "2026-01-15T03:30:00Z", dataset: { local: "both" } };
  addLocalTimes({ querySelectorAll: () => [own, both, late] });
  assert.equal(own.textContent, "15 January 2026, 12:30");
  assert.equal(own.title, "15 January 2026, 17:30 UTC");
  assert.equal(both.textContent, "15 January 2026, 12:30 (17:30 UTC)");
  assert.equal(late.textContent, "14 January 2026, 22:30 (15 January 2026, 03:30 UTC)");
});

test("lengths are said as a clock does", () => {
  // As ml/core/formatting.py has them: one recording has one length on every page.
  assert.deepEqual([0, 0.2, 9.4, 9.5, 10.5, 59.6, 61, 3600, 3725, -3].map(clock), ["0:00", "0:00", "0:09", "0:10", "0:10", "1:00", "1:01", "1:00:00", "1:02:05", "0:00"]);
  assert.deepEqual([0, 0.2, 9.4, 60].map(countdown), ["0:00", "0:01", "0:10", "1:00"]);
});

test("seeking stays inside the recording and waits for its length", () => {
  globalThis.HTMLMediaElement = { HAVE_METADATA: 1 };
  const events = {};
  const player = { readyState: 0, duration: NaN, loads: 0, plays: 0, load: () => (player.loads += 1), play: async () => (player.plays += 1), addEventListener: (name, listener) => (events[name] = listener) };
  seek(player, 7);
  assert.deepEqual([player.loads, player.plays, player.currentTime], [1, 0, undefined]);
  Object.assign(player, { readyState: 1, duration: 5 });
  events.loadedmetadata();
  assert.deepEqual([player.currentTime, player.plays], [5, 1]);
  seek(player, -2);
  assert.equal(player.currentTime, 0);
  player.duration = Infinity; // a browser's own WebM says nothing of its length
  seek(player, 9);
  assert.equal(player.currentTime, 9);
  assert.equal(playerOf({ closest: () => null }), null);
});

test("charts take the page's colours, and what came from the server is left as it came", () => {
  globalThis.document = { documentElement: {}, body: {} };
  globalThis.getComputedStyle = () => ({ getPropertyValue: (name) => ` ${name.slice(7)} `, fontFamily: "Figtree" });
  const layout = { width: 700, xaxis: { title: "s" }, yaxis2: {}, legend: { font: { color: "red" } } };
  const wide = themed({ clientWidth: 900 }, layout);
  assert.deepEqual([wide.width, wide.font.color, wide.xaxis.gridcolor, wide.xaxis.title, wide.yaxis2.fixedrange], [undefined, "ink", "line", "s", true]);
  assert.equal(wide.legend.orientation, undefined);
  const narrow = themed({ clientWidth: 300 }, layout);
  assert.deepEqual([narrow.legend.orientation, narrow.legend.font], ["h", { color: "red", size: 11 }]);
  assert.deepEqual(layout, { width: 700, xaxis: { title: "s" }, yaxis2: {}, legend: { font: { color: "red" } } });
  assert.deepEqual(inked([{ x: 1 }, { error_x: { width: 2 } }]), [{ x: 1 }, { error_x: { width: 2, color: "ink" } }]);
});

test("the room knows how somebody left the lobby, and a broken memory is none", () => {
  assert.deepEqual(state.remembered(), { camera: false, microphone: false });
  state.remember({ camera: true, microphone: false });
  assert.deepEqual(state.remembered(), { camera: true, microphone: false });
  sessionStorage.getItem = () => "{";
  assert.deepEqual(state.remembered(), { camera: false, microphone: false });
});

test("preferences are kept, with what is new at its default", () => {
  localStorage.setItem("viva-live", JSON.stringify({ popups: true, keys: { chat: "x" } }));
  const preferences = new Preferences();
  assert.deepEqual([preferences.get("popups"), preferences.get("live"), preferences.get("keys").chat, preferences.get("keys").camera], [true, true, "x", "v"]);
  const seen = [];
  preferences.watch((name, value) => seen.push([name, value]));
  preferences.set("speech", true);
  assert.deepEqual(seen, [["speech", true]]);
  assert.equal(new Preferences().get("speech"), true);
});
