// Pages that show links to pass on, and moments.
import { armCopyButtons } from "../copy.js";
import { addLocalTimes } from "../localtime.js";

const live = document.createElement("div");
live.className = "visually-hidden";
live.setAttribute("role", "status");
document.body.append(live);
armCopyButtons(document, live);
addLocalTimes(document);
