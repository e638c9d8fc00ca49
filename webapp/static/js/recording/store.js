// Takes in this browser, slice by slice and sealed, until the server has confirmed them. IndexedDB, or memory where that
// is full.
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { openDB } from "idb";
import { SEAL, seal, unseal } from "./sealing.js";

const NAME = "viva-recordings";
/** @type {Promise<import("idb").IDBPDatabase<any>> | undefined} */
let database;

function open() {
  database ??= openDB(NAME, 1, {
    upgrade(db) {
      db.createObjectStore("takes", { keyPath: "id" }).createIndex("interview", "interview");
      db.createObjectStore("slices", { keyPath: ["take", "number"] });
    },
    blocking() {
      database?.then((db) => db.close());
      database = undefined;
    },
  });
  return database;
}

/**
 * One take: what it belongs to, and its slices in order. `size` grows while recording; `finished` says that no more
 * slices come. A slice that IndexedDB refuses is kept in memory, so that uploading goes on; `onFull` is called then.
 */
export class StoredTake {
  /** @type {number[]} */
  #lengths = [];
  /** @type {Map<number, ArrayBuffer>} */
  #memory = new Map();
  #queue = Promise.resolve();
  /** @type {((value?: unknown) => void)[]} */
  #waiting = [];
  size = 0;
  /** @type {(error: unknown) => void} */
  onFull = () => {};

  /** @param {any} record */
  constructor(record) {
    this.record = record;
  }

  get id() {
    return this.record.id;
  }

  get finished() {
    return this.record.finished;
  }

  /** Whether a reload would lose something. */
  get onlyInMemory() {
    return this.#memory.size > 0;
  }

  /**
   * Begin a take. record: {id, interview, question, url, type}.
   * @param {any} record
   */
  static async create(record) {
    const take = new StoredTake({ ...record, finished: false, interrupted: false, startedAt: Date.now() });
    await take.#save();
    return take;
  }

  /**
   * The takes of one interview that are still here; those of other interviews in the same browser are left alone.
   * @param {string} interview
   */
  static async of(interview) {
    let records;
    try {
      records = await (await open()).getAllFromIndex("takes", "interview", interview);
    } catch {
      return []; // no IndexedDB here: nothing was kept
    }
    return Promise.all(records.map((record) => new StoredTake(record).#load()));
  }

  /** How many takes are here, of whatever interview. */
  static async count() {
    try {
      return await (await open()).count("takes");
    } catch {
      return 0; // no IndexedDB here: nothing was kept
    }
  }

  /**
   * Forget what this browser keeps of an interview, and whatever has been left here for longer than a month.
   * @param {string} interview
   */
  static async forget(interview) {
    try {
      const records = await (await open()).getAll("takes");
      const old = Date.now() - 30 * 24 * 3600 * 1000;
      const gone = records.filter((record) => record.interview === interview || record.startedAt < old);
      await Promise.all(gone.map((record) => new StoredTake(record).remove()));
    } catch {
      // no IndexedDB here: nothing was kept
    }
  }

  async #load() {
    const db = await open();
    const range = IDBKeyRange.bound([this.id, 0], [this.id, Number.MAX_SAFE_INTEGER]);
    let cursor = await db.transaction("slices").store.openCursor(range);
    for (; cursor; cursor = await cursor.continue()) {
      if (cursor.value.number !== this.#lengths.length) break; // a hole: only what comes before it is a recording
      const length = cursor.value.bytes.byteLength - (cursor.value.nonce ? SEAL : 0);
      this.#lengths.push(length);
      this.size += length;
    }
    return this;
  }

  async #save() {
    try {
      await (await open()).put("takes", this.record);
    } catch (error) {
      this.#tell(error);
    }
  }

  /** @param {any} error */
  #tell(error) {
    console.warn("Viva: this browser does not keep the recording", error);
    this.onFull(error);
  }

  /**
   * Add the next slice. Slices are stored one after the other, in the order of the calls.
   * @param {Blob} blob
   */
  append(blob) {
    this.#queue = this.#queue.then(async () => {
      const bytes = await blob.arrayBuffer();
      if (!bytes.byteLength) return;
      const number = this.#lengths.length;
      try {
        if (this.#memory.size) throw new DOMException("full before", "QuotaExceededError");
        await (await open()).put("slices", { take: this.id, number, ...(await seal(bytes, number)) });
      } catch (error) {
        this.#memory.set(number, bytes);
        this.#tell(error);
      }
      this.#lengths.push(bytes.byteLength);
      this.size += bytes.byteLength;
      this.#wake();
    });
    return this.#queue;
  }

  /**
   * Add all of a file, a piece at a time: what is in memory stays small.
   * @param {Blob} file
   * @param {number} [piece] bytes
   */
  async appendFile(file, piece = 1024 * 1024) {
    for (let at = 0; at < file.size; at += piece) await this.append(file.slice(at, at + piece));
  }

  /**
   * No more slices will come.
   * @param {{interrupted?: boolean}} [options]
   */
  finish({ interrupted = false } = {}) {
    this.#queue = this.#queue.then(async () => {
      this.record = { ...this.record, finished: true, interrupted };
      await this.#save();
      this.#wake();
    });
    return this.#queue;
  }

  /**
   * Send to another upload from now on (the server has forgotten the first, or got it damaged).
   * @param {string} id
   * @param {string} url
   */
  move(id, url) {
    this.#queue = this.#queue.then(() => this.#move(id, url));
    return this.#queue;
  }

  /**
   * @param {string} id
   * @param {string} url
   */
  async #move(id, url) {
    const db = await open();
    const moved = { ...this.record, id, url, sentAnew: (this.record.sentAnew ?? 0) + 1 };
    const transaction = db.transaction(["takes", "slices"], "readwrite");
    for (let number = 0; number < this.#lengths.length; number += 1) {
      const slice = await transaction.objectStore("slices").get([this.id, number]);
      if (slice) {
        await transaction.objectStore("slices").put({ ...slice, take: id });
        await transaction.objectStore("slices").delete([this.id, number]);
      }
    }
    await transaction.objectStore("takes").delete(this.id);
    await transaction.objectStore("takes").put(moved);
    await transaction.done;
    this.record = moved;
  }

  #wake() {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /**
   * Resolves when there are bytes beyond `offset`, or when there will be none.
   * @param {number} offset
   */
  async beyond(offset) {
    while (this.size <= offset && !this.finished) await new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** @param {number} number */
  async #slice(number) {
    return this.#memory.get(number) ?? unseal(await (await open()).get("slices", [this.id, number]), number);
  }

  /**
   * The bytes from start to end (exclusive), or fewer where there are fewer yet.
   * @param {number} start
   * @param {number} end
   */
  async read(start, end) {
    const parts = [];
    let position = 0;
    for (let number = 0; number < this.#lengths.length && position < end; number += 1) {
      const next = position + this.#lengths[number];
      if (next > start) {
        const bytes = await this.#slice(number);
        parts.push(bytes.slice(Math.max(0, start - position), Math.min(bytes.byteLength, end - position)));
      }
      position = next;
    }
    return new Blob(parts);
  }

  /** SHA-256 over the whole take in hexadecimal, read slice by slice. */
  async digest() {
    const hash = sha256.create();
    for (let number = 0; number < this.#lengths.length; number += 1) {
      hash.update(new Uint8Array(await this.#slice(number)));
    }
    return bytesToHex(hash.digest());
  }

  /** Forget the take: the server has it, or the candidate discards it. */
  async remove() {
    this.#memory.clear();
    try {
      const db = await open();
      const transaction = db.transaction(["takes", "slices"], "readwrite");
      await transaction
        .objectStore("slices")
        .delete(IDBKeyRange.bound([this.id, 0], [this.id, Number.MAX_SAFE_INTEGER]));
      await transaction.objectStore("takes").delete(this.id);
      await transaction.done;
    } catch (error) {
      console.warn("Viva: a take could not be removed from this browser", error);
    }
  }
}
