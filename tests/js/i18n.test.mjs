// Messages in the page's language.
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { decimal, gettext, localeOf, ngettext, percent, pgettext, setCatalogue } from "../../webapp/static/js/i18n.js";

afterEach(() => setCatalogue({}));

test("without a catalogue everything is said in English", () => {
  assert.equal(gettext("Saved"), "Saved");
  assert.equal(gettext("%(name)s has left.", { name: "Kim" }), "Kim has left.");
  assert.equal(ngettext("%(num)s word", "%(num)s words", 1), "1 word");
  assert.equal(ngettext("%(num)s word", "%(num)s words", 0), "0 words");
  assert.equal(pgettext("emotion", "happy"), "happy");
});

test("values are put in as they are, and only where they have a place", () => {
  assert.equal(gettext("%(a)s and %(b)s, 100 %%", { a: "%(b)s", b: "$&" }), "%(b)s and $&, 100 %");
  assert.equal(gettext("%(missing)s", {}), "%(missing)s");
  assert.equal(gettext("100 %"), "100 %", "without values nothing is replaced");
});

test("the catalogue's words are used, and English where it lacks one", () => {
  setCatalogue({ locale: "fr", messages: { Saved: "Enregistré", Chat: "", "emotion\u0004happy": "de la joie" } });
  assert.equal(gettext("Saved"), "Enregistré");
  assert.equal(gettext("Chat"), "Chat", "an empty translation is none");
  assert.equal(gettext("People"), "People");
  assert.equal(pgettext("emotion", "happy"), "de la joie");
  assert.equal(pgettext("other", "happy"), "happy");
});

test("plurals take the form of the language", () => {
  const say = (number) => ngettext("%(num)s word", "%(num)s words", number);
  setCatalogue({ locale: "pl", messages: { "%(num)s word": ["%(num)s słowo", "%(num)s słowa", "%(num)s słów"] } });
  assert.deepEqual([1, 2, 5, 22, 25, 1.5].map(say), ["1 słowo", "2 słowa", "5 słów", "22 słowa", "25 słów", "1.5 słów"]);
  setCatalogue({ locale: "fr", messages: { "%(num)s word": ["%(num)s terme", "%(num)s termes"] } });
  assert.deepEqual([0, 1, 2, 1e6].map(say), ["0 terme", "1 terme", "2 termes", "1000000 termes"]);
  setCatalogue({ locale: "ja", messages: { "%(num)s word": ["%(num)s語"] } });
  assert.deepEqual([1, 2].map(say), ["1語", "2語"]);
});

test("a page with a broken catalogue, or one in no language, still speaks", () => {
  setCatalogue({ locale: "not a tag", messages: { "%(num)s word": ["one", "many"] } });
  assert.equal(ngettext("%(num)s word", "%(num)s words", 2), "many");
});

test("the catalogue is the page's", async () => {
  globalThis.document = { getElementById: (id) => (id === "catalogue" ? { textContent: '{"locale": "de", "messages": {"Saved": "Gespeichert"}}' } : null) };
  const page = await import("../../webapp/static/js/i18n.js?page");
  assert.equal(page.gettext("Saved"), "Gespeichert");
  globalThis.document = { getElementById: () => ({ textContent: "{" }) };
  const { warn } = console;
  console.warn = () => {};
  const broken = await import("../../webapp/static/js/i18n.js?broken");
  console.warn = warn;
  assert.equal(broken.gettext("Saved"), "Saved");
});

test("numbers are written as the page's language writes them", () => {
  assert.equal(decimal(1234.56, 1), "1,234.6");
  for (const [locale, written] of [["de", "1.234,6"], ["pl", "1234,6"], ["ar", "1,234.6"], ["en-XA", "1,234.6"], ["??", "1,234.6"]]) {
    setCatalogue({ locale });
    assert.equal(decimal(1234.56, 1).replace(/\s/g, ""), written, locale);
  }
});

test("shares and moments are written as the page's language writes them", () => {
  const moment = new Date(2026, 11, 2, 14, 5, 9);
  const clock = (locale) => moment.toLocaleTimeString(localeOf(locale), { timeStyle: "medium" });
  assert.deepEqual(["en", "en-XA", "de", "pl"].map(clock), ["14:05:09", "14:05:09", "14:05:09", "14:05:09"]);
  assert.match(clock("ar"), /^0?2:05:09/, "Arabic has twelve hours, and European digits as on the server");
  assert.equal(percent(0.456), "46 %");
  assert.equal(percent(null), "0 %");
  setCatalogue({ locale: "ar", messages: { "%(number)s %%": "%(number)s٪" } });
  assert.equal(percent(0.456), "46٪");
});
