// The scorecard: players with speeds beside the form.
import { wirePlayers } from "../report/players.js";

wirePlayers(document.getElementById("scorecard"));
