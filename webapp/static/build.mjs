// Builds the front end into webapp/static/dist and writes a manifest of hashed names.
// Entries: css/site.css, css/site_rtl.css (from right to left), css/document.css (the print of an interview), every module in js/pages,
// and every worker in js/workers, each in one file as a classic script. What the blur of backgrounds loads is copied as it is.
import { chmodSync, copyFileSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = path.dirname(fileURLToPath(import.meta.url));
const out = path.join(here, "dist");
const pages = readdirSync(path.join(here, "js/pages")).filter((name) => name.endsWith(".js"));

const common = {
  absWorkingDir: here,
  outdir: out,
  outbase: here,
  entryNames: "[name]-[hash]",
  bundle: true,
  target: ["chrome109", "firefox115", "safari16"],
  minify: true,
  sourcemap: true,
  metafile: true,
  logLevel: "warning",
};
const { metafile } = await build({
  ...common,
  entryPoints: ["css/site.css", "css/site_rtl.css", "css/document.css", ...pages.map((name) => `js/pages/${name}`)],
  chunkNames: "chunk-[hash]",
  assetNames: "[name]-[hash]",
  splitting: true,
  format: "esm",
  loader: { ".woff2": "file" },
});
const workers = await build({ ...common, entryPoints: ["js/workers/blur.js"], entryNames: "[name]_worker-[hash]", format: "iife" });
const outputs = { ...metafile.outputs, ...workers.metafile.outputs };

// The segmentation finds its own files by their names, so their folder carries the version.
const segmentation = path.join(here, "../../node_modules/@mediapipe/selfie_segmentation");
const { version } = JSON.parse(readFileSync(path.join(segmentation, "package.json"), "utf8"));
const folder = `segmentation-${version}`;
mkdirSync(path.join(out, folder), { recursive: true });
for (const name of [
  "selfie_segmentation.js",
  "selfie_segmentation.binarypb",
  "selfie_segmentation_landscape.tflite",
  "selfie_segmentation_solution_simd_wasm_bin.js",
  "selfie_segmentation_solution_simd_wasm_bin.wasm",
]) {
  copyFileSync(path.join(segmentation, name), path.join(out, folder, name));
  chmodSync(path.join(out, folder, name), 0o644); // the package lets only its owner read some
}

const manifest = { segmentation: folder };
for (const [file, { entryPoint }] of Object.entries(outputs)) {
  if (entryPoint) {
    const name = path.basename(entryPoint);
    manifest[entryPoint.startsWith("js/workers/") ? name.replace(".js", "_worker.js") : name] = path.relative(out, path.join(here, file));
  }
}
// The manifest is replaced in one step and what it no longer names goes last: a server goes on serving meanwhile.
writeFileSync(path.join(out, "manifest.json.part"), JSON.stringify(manifest, null, 1));
renameSync(path.join(out, "manifest.json.part"), path.join(out, "manifest.json"));
const written = new Set([folder, ...Object.keys(outputs).map((file) => path.basename(file))]);
for (const name of readdirSync(out)) {
  if (name !== "manifest.json" && !written.has(name)) rmSync(path.join(out, name), { recursive: true });
}
console.log(`Built ${Object.keys(manifest).length} entries.`);
