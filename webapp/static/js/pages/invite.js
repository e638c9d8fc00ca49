// Where a deadline is asked for: begin with the reader's own time zone. Without this module it is UTC, and says so.
import { findAll } from "../dom.js";

const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
for (const field of findAll(document, "select[data-own-zone]")) {
  if ([...field.options].some((option) => option.value === timeZone)) field.value = timeZone;
}
