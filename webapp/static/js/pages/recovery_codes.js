// Recovery codes are shown once: print them, or keep them as a file.
import { byId } from "../dom.js";

byId("print-codes").hidden = false;
byId("print-codes").addEventListener("click", () => window.print());

const text = [...document.querySelectorAll("#codes li")].map((item) => item.textContent?.trim()).join("\n");
const link = byId("save-codes");
link.href = URL.createObjectURL(new Blob([`${text}\n`], { type: "text/plain" }));
link.hidden = false;
