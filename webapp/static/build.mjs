// Builds the front end into webapp/static/dist and writes a manifest of hashed names.
// Entries: css/site.css, and every module in js/pages.
import { readdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = path.dirname(fileURLToPath(import.meta.url));
const out = path.join(here, "dist");
const pages = readdirSync(path.join(here, "js/pages")).filter((name) => name.endsWith(".js"));

rmSync(out, { recursive: true, force: true });
const result = await build({
  absWorkingDir: here,
  entryPoints: ["css/site.css", ...pages.map((name) => `js/pages/${name}`)],
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
writeFileSync(path.join(out, "manifest.json"), JSON.stringify(manifest, null, 1));
console.log(`Built ${Object.keys(manifest).length} entries.`);
