// A rule for eslint: what people read comes from gettext() or ngettext(), so that it can be translated.
//
// It looks where words reach a person (textContent, title, alt, aria-label, …, the arguments of the functions that say
// something) and at every literal that reads like a sentence, wherever that stands.

const PROPERTIES = new Set(["textContent", "innerText", "innerHTML", "title", "alt", "placeholder", "label", "ariaLabel"]);
const ATTRIBUTES = new Set(["aria-label", "aria-valuetext", "aria-description", "title", "alt", "placeholder"]);
const MARKED = new Set(["gettext", "ngettext", "pgettext"]);
/** What is written for developers. */
const DEVELOPERS = new Set(["Error", "TypeError", "DOMException", "console"]);

const words = (text) => /\p{L}{2,}/u.test(text);
const sentence = (text) => /^\s*\p{Lu}\p{L}*[’']?\p{L}*,? \p{L}/u.test(text) || /\p{L}{2,} \p{L}{2,}.*[.!?…]\s*$/u.test(text);

const textOf = (node) => {
  if (node.type === "Literal") return typeof node.value === "string" ? node.value : "";
  if (node.type === "TemplateLiteral") return node.quasis.map((quasi) => quasi.value.cooked ?? "").join("x");
  return "";
};

const nameOf = (callee) => {
  if (callee.type === "Identifier") return callee.name;
  if (callee.type === "MemberExpression") {
    return callee.object.type === "Identifier" && callee.object.name === "console" ? "console" : callee.property.name;
  }
  return "";
};

/** Whether a node stands inside the arguments of one of these calls. */
const within = (node, names) => {
  for (let at = node; at.parent; at = at.parent) {
    const { parent } = at;
    const isCall = parent.type === "CallExpression" || parent.type === "NewExpression";
    if (isCall && parent.callee !== at && names.has(nameOf(parent.callee))) return true;
    if (/Function/.test(parent.type) || /Statement$/.test(parent.type) && parent.type !== "ExpressionStatement") return false;
  }
  return false;
};

/** Whether what a node says is shown: it is assigned to a property, or set as an attribute, that people read. */
const isShown = (node) => {
  let at = node;
  while (["ConditionalExpression", "LogicalExpression", "BinaryExpression", "TemplateLiteral"].includes(at.parent.type)) {
    if (at.parent.type === "ConditionalExpression" && at.parent.test === at) return false;
    if (at.parent.type === "BinaryExpression" && at.parent.operator !== "+") return false;
    at = at.parent;
  }
  const { parent } = at;
  if (parent.type === "AssignmentExpression" && parent.right === at && parent.left.type === "MemberExpression") {
    return PROPERTIES.has(parent.left.property.name);
  }
  if (parent.type === "CallExpression" && parent.callee.property?.name === "setAttribute" && parent.arguments[1] === at) {
    return ATTRIBUTES.has(parent.arguments[0].value);
  }
  return parent.type === "CallExpression" && ["alert", "confirm", "announce"].includes(nameOf(parent.callee));
};

export default {
  meta: {
    type: "problem",
    schema: [],
    messages: { unmarked: "“{{text}}” is read by people: put it into gettext() or ngettext().", literal: "{{name}}() takes a literal, which the extractor can find." },
  },
  create(context) {
    const look = (node) => {
      const text = textOf(node);
      if (!words(text) || within(node, MARKED) || within(node, DEVELOPERS)) return;
      if (isShown(node) || sentence(text)) context.report({ node, messageId: "unmarked", data: { text: text.slice(0, 60) } });
    };
    return {
      Literal: look,
      TemplateLiteral: look,
      CallExpression(node) {
        const name = nameOf(node.callee);
        if (!MARKED.has(name)) return;
        for (const argument of node.arguments.slice(0, name === "gettext" ? 1 : 2)) {
          if (argument.type !== "Literal") context.report({ node, messageId: "literal", data: { name } });
        }
      },
    };
  },
};
