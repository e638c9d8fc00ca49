// The scorecard: players with speeds beside the form, which is saved as it is filled in.
import { autosave } from "../autosave.js";
import { byId, find } from "../dom.js";
import { wireOpenings } from "../openings.js";
import { wirePlayers } from "../report/players.js";

const form = byId("scorecard");
wirePlayers(form);
wireOpenings(form);
const status = find(form, "[data-saved]");
if (status) autosave(form, status);
