// The linter of our own JavaScript: eslint's recommended rules, a few of our own choice, and that what people read is
// marked for translation.
import js from "@eslint/js";
import globals from "globals";

import gettext from "./webapp/static/lint/gettext.mjs";

export default [
  { ignores: ["node_modules/", "webapp/static/dist/", ".venv/", ".tools/", ".viva/", "runs/"] },
  js.configs.recommended,
  {
    files: ["webapp/static/js/**/*.js"],
    languageOptions: { ecmaVersion: 2024, sourceType: "module", globals: globals.browser },
    plugins: { viva: { rules: { gettext } } },
    rules: {
      "viva/gettext": "error",
      eqeqeq: ["error", "always", { null: "ignore" }],
      "no-var": "error",
      "prefer-const": "error",
      "no-implicit-globals": "error",
      "no-eval": "error",
      "no-implied-eval": "error",
      "no-shadow": "error",
      "no-unused-expressions": ["error", { allowShortCircuit: true, allowTernary: true }],
      "no-promise-executor-return": "off",
      "object-shorthand": "error",
      "prefer-template": "error",
    },
  },
  {
    files: ["webapp/static/js/pages/pcm_worklet.js"],
    languageOptions: { globals: globals.audioWorklet },
  },
  {
    files: ["**/*.mjs"],
    languageOptions: { ecmaVersion: 2024, sourceType: "module", globals: globals.node },
  },
  {
    files: ["tests/js/**/*.mjs"], // they make a page's globals themselves
    languageOptions: { globals: globals.browser },
  },
];
