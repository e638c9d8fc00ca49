// Pages that show links to pass on.
import { armCopyButtons } from "../copy.js";

const live = document.createElement("div");
live.className = "visually-hidden";
live.setAttribute("role", "status");
document.body.append(live);
armCopyButtons(document, live);
