// Runs before the first paint: a stored choice of theme wins over the system's.
// An own file because the page's Content-Security-Policy allows no inline script.
(() => {
  try {
    const choice = localStorage.getItem("pawl.theme");
    if (choice === "light" || choice === "dark") {
      document.documentElement.dataset.theme = choice;
    }
  } catch {
    // Storage is switched off: follow the system.
  }
})();
