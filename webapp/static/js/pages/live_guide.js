// The interviewer's guide and notes on a page of their own.
import { byId } from "../dom.js";
import { Guide } from "../live/guide.js";

new Guide(byId("live-guide"));
