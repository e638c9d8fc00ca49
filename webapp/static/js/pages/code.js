// An editor for code over the textarea, which stays what is saved and what is there without this module. Its styles
// live in a shadow root: the page allows no others.
import { basicSetup, EditorView } from "codemirror";
import { cpp } from "@codemirror/lang-cpp";
import { java } from "@codemirror/lang-java";
import { javascript } from "@codemirror/lang-javascript";
import { python } from "@codemirror/lang-python";
import { sql } from "@codemirror/lang-sql";
import { find } from "../dom.js";

/** @type {Record<string, () => any>} */
const LANGUAGES = { cpp, java, javascript, python, sql };

const text = find(document, "textarea[data-code]");
if (text) {
  const host = document.createElement("div");
  host.className = "code-editor";
  text.before(host);
  const root = host.attachShadow({ mode: "open" });
  const box = document.createElement("div");
  root.append(box);
  const language = LANGUAGES[text.dataset.code];
  const view = new EditorView({
    doc: text.value,
    parent: box,
    root,
    extensions: [
      basicSetup,
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({ "aria-label": document.querySelector("label[for=text]")?.textContent ?? "" }),
      EditorView.theme({
        "&": { backgroundColor: "var(--viva-surface)", color: "var(--viva-ink)", fontSize: "0.95rem" },
        "&.cm-focused": { outline: "3px solid var(--viva-accent)" },
        ".cm-content": { minHeight: "16rem", caretColor: "var(--viva-ink)", fontFamily: "ui-monospace, monospace" },
        ".cm-gutters": { backgroundColor: "var(--viva-sunken)", color: "var(--viva-ink-soft)", border: "0" },
        ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "transparent" },
      }),
      ...(language ? [language()] : []),
      EditorView.updateListener.of((update) => {
        if (!update.docChanged) return;
        text.value = view.state.doc.toString();
        text.dispatchEvent(new Event("input", { bubbles: true }));
      }),
    ],
  });
  // Tab leaves the editor, as everywhere on the page: nobody is caught in it.
  text.hidden = true;
  text.setAttribute("aria-hidden", "true");
}
