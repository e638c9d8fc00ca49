// Builds the front end into webapp/static/dist and writes a manifest of hashed names.
// Entries: css/site.css, css/site_rtl.css (from right to left), css/document.css (the print of an interview), and every module in js/pages.
import { readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = path.dirname(fileURLToPath(import.meta.url));
const out = path.join(here, "dist");
const pages = readdirSync(path.join(here, "js/pages")).filter((name) => name.endsWith(".js"));

const result = await build({
  absWorkingDir: here,
  entryPoints: ["css/site.css", "css/site_rtl.css", "css/document.css", ...pages.map((name) => `js/pages/${name}`)],
  outdir: out,
  outbase: here,
  entryNames: "[name]-[hash]",
  chunkNames: "chunk-[hash]",
  assetNames: "[name]-[hash]",
  bundle: true,
  splitting: true,
  format: "esm",
  target: ["chrome109", "firefox115", "safari16"],
  minify: true,
  sourcemap: true,
  metafile: true,
  loader: { ".woff2": "file" },
  logLevel: "warning",
});

const manifest = {};
for (const [file, { entryPoint }] of Object.entries(result.metafile.outputs)) {
  if (entryPoint) {
    const name = path.basename(entryPoint);
    manifest[name] = path.relative(out, path.join(here, file));
  }
}
// The manifest is replaced in one step and what it no longer names goes last: a server goes on serving meanwhile.
writeFileSync(path.join(out, "manifest.json.part"), JSON.stringify(manifest, null, 1));
renameSync(path.join(out, "manifest.json.part"), path.join(out, "manifest.json"));
const written = new Set(Object.keys(result.metafile.outputs).map((file) => path.basename(file)));
for (const name of readdirSync(out)) {
  if (name !== "manifest.json" && !written.has(name)) rmSync(path.join(out, name), { recursive: true });
}
console.log(`Built ${Object.keys(manifest).length} entries.`);
