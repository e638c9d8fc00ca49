// A file in place of a recording: what is taken, and what is refused in words.
import assert from "node:assert/strict";
import { test } from "node:test";
import { refused, typeOf } from "../../webapp/static/js/recording/existing.js";

const file = (name, type, size = 10) => ({ name, type, size });

test("the type is the browser's word, else the name's ending", () => {
  assert.equal(typeOf(file("a.mov", "video/quicktime")), "video/quicktime");
  assert.equal(typeOf(file("a.webm", 'video/webm;codecs="vp8"')), "video/webm");
  assert.equal(typeOf(file("a.MKV", "")), "video/x-matroska");
  assert.equal(typeOf(file("a.pdf", "application/pdf")), "");
  assert.equal(typeOf(file("a", "")), "");
});

test("a video question takes video alone, one by voice takes both", () => {
  assert.match(refused(file("a.mp3", "audio/mpeg"), "video", 100), /video file/);
  assert.equal(refused(file("a.mp4", "video/mp4"), "video", 100), "");
  assert.equal(refused(file("a.mp4", "video/mp4"), "audio", 100), "");
  assert.match(refused(file("a.pdf", "application/pdf"), "audio", 100), /sound or video/);
});

test("an empty file and one that is too large are refused before anything is sent", () => {
  assert.match(refused(file("a.mp4", "video/mp4", 0), "video", 100), /empty/);
  assert.match(refused(file("a.mp4", "video/mp4", 3 * 1024 ** 2), "video", 2 * 1024 ** 2), /larger than 2 MB/);
});
