// The room's page.
import { Room } from "../live/room.js";

new Room(document.getElementById("room")).start();
