// The document of an interview as a page: one button, and it prints.
document.querySelector("[data-print]")?.addEventListener("click", () => window.print());
