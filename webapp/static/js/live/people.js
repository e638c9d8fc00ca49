// Everybody in the room in words: what is on, and what each agreed to.
import { byId } from "../dom.js";
import { gettext } from "../i18n.js";
import { icon, make } from "./faces.js";

/**
 * @param {string} symbol
 * @param {string} words
 * @param {boolean} on
 */
const line = (symbol, words, on) => make("li", on ? "fact-on" : "", icon(`icon-${symbol}`), words);

export class People {
  #list = byId("people");
  #button = byId("control-people");

  /**
   * people: PEERs, we first; readingAllowed: whether anything may be read in this room.
   * @param {Peer[]} people
   * @param {string} me
   * @param {boolean} readingAllowed
   */
  show(people, me, readingAllowed) {
    this.#list.replaceChildren(
      ...people.map((peer) => {
        const name = make("strong", "", peer.id === me ? gettext("%(name)s (you)", { name: peer.name }) : peer.name);
        const facts = make(
          "ul",
          "person-facts list-unstyled",
          line(peer.microphone ? "mic" : "mic-off", peer.microphone ? gettext("Microphone on") : gettext("Muted"), peer.microphone),
          line(peer.camera ? "camera" : "camera-off", peer.camera ? gettext("Camera on") : gettext("Camera off"), peer.camera),
        );
        if (readingAllowed) facts.append(line(peer.reading ? "eye" : "eye-off", peer.reading ? gettext("Agreed to analysis") : gettext("Has not agreed to analysis"), peer.reading));
        facts.append(line("record", peer.recording ? gettext("Records their own side") : gettext("Not recording"), peer.recording));
        if (peer.screen) facts.append(line("screen", gettext("Shares a screen"), true));
        if (peer.hand) facts.append(line("hand", gettext("Raised a hand"), true));
        const head = make("p", "mb-1", name);
        if (peer.role === "host") head.append(" ", make("span", "tag", gettext("Host")));
        const entry = make("li", "person", head, facts);
        entry.dataset.person = peer.id;
        entry.dataset.reading = peer.reading ? "yes" : "no";
        return entry;
      }),
    );
    this.#button.querySelector(".control-label").textContent = people.length > 1 ? gettext("People (%(count)s)", { count: people.length }) : gettext("People");
  }
}
