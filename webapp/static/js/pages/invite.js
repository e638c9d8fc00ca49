// Where a deadline is asked for: begin with the reader's own time zone. Without this module it is UTC, and says so.
const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
for (const field of document.querySelectorAll("select[data-own-zone]")) {
  if ([...field.options].some((option) => option.value === timeZone)) field.value = timeZone;
}
