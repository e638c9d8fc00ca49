// Light or dark, as the person's system says, and how the pages look to them (display.js). Loaded before the page is
// drawn, so that nothing flashes: no imports here.
const dark = window.matchMedia("(prefers-color-scheme: dark)");
const applyTheme = () => {
  document.documentElement.dataset.bsTheme = dark.matches ? "dark" : "light";
};
applyTheme();
dark.addEventListener("change", applyTheme);

try {
  const chosen = JSON.parse(localStorage.getItem("viva-display") ?? "[]");
  if (Array.isArray(chosen) && chosen.length) document.documentElement.dataset.display = chosen.join(" ");
} catch {
  // No storage, or something else in it: as everybody sees it.
}
