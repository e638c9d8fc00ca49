// What people read, in the page's language: gettext() with the catalogue that the page holds as
// <script type="application/json" id="catalogue">{"locale": "fr", "messages": {"Saved": "Enregistré", …}}</script>.
//
// A message with a plural has a list of forms, in CLDR's order of categories (zero, one, two, few, many, other), as
// gettext's catalogues have them; one with a context has it before the message, with U+0004 between. What the catalogue
// lacks is said in English, which is the message itself.

/**
 * @typedef {Object} Catalogue
 * @property {string} [locale] a BCP 47 tag
 * @property {Record<string, string | string[]>} [messages]
 */

const CATEGORIES = ["zero", "one", "two", "few", "many", "other"];

/** @type {Catalogue} */
let catalogue = read();
let plurals = rules(catalogue.locale);

/** @returns {Catalogue} */
function read() {
  if (typeof document === "undefined") return {};
  const element = document.getElementById?.("catalogue");
  try {
    return element ? JSON.parse(element.textContent) : {};
  } catch (error) {
    console.warn("Viva: the catalogue cannot be read", error);
    return {};
  }
}

/** @param {string} [locale] */
function rules(locale = "en") {
  try {
    return new Intl.PluralRules(locale);
  } catch {
    return new Intl.PluralRules("en");
  }
}

/**
 * Use another catalogue than the page's; for tests.
 * @param {Catalogue} other
 */
export function setCatalogue(other) {
  catalogue = other;
  plurals = rules(other.locale);
}

/**
 * Put values at the places of a message: "%(name)s has left." with {name: "Kim"}. "%%" is a per-cent sign.
 * @param {string} text
 * @param {Record<string, unknown>} values
 */
const fill = (text, values) =>
  text.replace(/%(?:%|\((\w+)\)[sd])/g, (place, name) => (name === undefined ? "%" : name in values ? String(values[name]) : place));

/**
 * A message in the page's language.
 * @param {string} message in English
 * @param {Record<string, unknown>} [values] what goes to the places %(name)s of the message
 */
export function gettext(message, values) {
  const text = translated(message);
  return values ? fill(text, values) : text;
}

/**
 * A message that says how many, in the form for that number; %(num)s is the number.
 * @param {string} one in English, for one
 * @param {string} other in English, for any other number
 * @param {number} number
 * @param {Record<string, unknown>} [values]
 */
export function ngettext(one, other, number, values = {}) {
  const found = catalogue.messages?.[one];
  const forms = Array.isArray(found) ? found.filter(Boolean) : [];
  const text = forms.length ? forms[formOf(number, forms.length)] : number === 1 ? one : other;
  return fill(text, { num: number, ...values });
}

/**
 * Which of so many forms a number takes. Catalogues leave out the categories that only fractions or millions have.
 * @param {number} number
 * @param {number} count
 */
function formOf(number, count) {
  const order = CATEGORIES.filter((name) => plurals.resolvedOptions().pluralCategories.includes(/** @type {Intl.LDMLPluralRule} */ (name)));
  return Math.min(count - 1, order.indexOf(plurals.select(number)));
}

/**
 * A message that means different things in different places: `context` tells translators which.
 * @param {string} context
 * @param {string} message
 * @param {Record<string, unknown>} [values]
 */
export function pgettext(context, message, values) {
  const found = catalogue.messages?.[`${context}\u0004${message}`];
  const text = (Array.isArray(found) ? found[0] : found) || message;
  return values ? fill(text, values) : text;
}

/**
 * What the live service said, in the page's language: it knows no languages and says a message's English.
 * @param {string} message
 */
export function translated(message) {
  const found = catalogue.messages?.[message];
  return (Array.isArray(found) ? found[0] : found) || message;
}

/**
 * A number as the page's language writes it, with so many digits after the point.
 * @param {number} value
 * @param {number} [digits]
 */
export function decimal(value, digits = 0) {
  const options = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  try {
    return new Intl.NumberFormat(localeOf(), options).format(value);
  } catch {
    return new Intl.NumberFormat("en", options).format(value);
  }
}

/**
 * A share (0 to 1) as whole per cent, as the page's language writes it.
 * @param {number | null | undefined} share
 */
export function percent(share) {
  return gettext("%(number)s %%", { number: decimal(100 * (share ?? 0)) });
}

/**
 * The page's language for numbers and moments, as on the server: days before months and 24 hours in English, Arabic
 * with European digits, and the pseudo-locale as English.
 * @param {string} [language]
 */
export function localeOf(language = catalogue.locale ?? "en") {
  return language.replace(/^ar\b.*/, "ar-u-nu-latn").replace(/^en(-XA)?$/, "en-GB");
}
