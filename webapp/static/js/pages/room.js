// The room's page.
import { byId } from "../dom.js";
import { Room } from "../live/room.js";

new Room(byId("room")).start();
