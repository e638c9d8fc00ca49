// Elements of our own pages. Which class of element an id or a selector stands for is known by the template, not here,
// and so is that it is there: both come as any.

/**
 * @param {string} id
 * @returns {any}
 */
export const byId = (id) => document.getElementById(id);

/**
 * The first element under `root` that fits, or null.
 * @param {ParentNode} root
 * @param {string} selector
 * @returns {any}
 */
export const find = (root, selector) => root.querySelector(selector);

/**
 * All elements under `root` that fit.
 * @param {ParentNode} root
 * @param {string} selector
 * @returns {any[]}
 */
export const findAll = (root, selector) => [...root.querySelectorAll(selector)];
