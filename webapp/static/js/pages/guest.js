// What a guest sees: players with a mark of whose they are, and what was opened told to the server.
import { byId, findAll } from "../dom.js";
import { wireOpenings } from "../openings.js";
import { wirePlayers } from "../report/players.js";

const form = byId("scorecard");
wirePlayers(form);
wireOpenings(form);

/** The mark shows the present time, and never stays in one place for long. */
const mark = () => {
  const time = new Date().toISOString().slice(0, 16).replace("T", " ");
  for (const each of findAll(form, "[data-watermark]")) {
    each.textContent = `${each.dataset.watermark} · ${time} UTC`;
    each.style.setProperty("--x", `${Math.round(Math.random() * 40)}%`);
    each.style.setProperty("--y", `${Math.round(10 + Math.random() * 60)}%`);
  }
};
mark();
setInterval(mark, 20_000);
