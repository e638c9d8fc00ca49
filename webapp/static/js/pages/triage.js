// A list of candidates.
import { findAll } from "../dom.js";
import { wireTriage } from "../triage.js";

for (const table of findAll(document, "[data-triage]")) wireTriage(table);
