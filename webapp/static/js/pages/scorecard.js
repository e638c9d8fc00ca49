// The scorecard: players with speeds beside the form.
import { byId } from "../dom.js";
import { wirePlayers } from "../report/players.js";

wirePlayers(byId("scorecard"));
