// Runs before the first paint, as a file of its own because the page's Content-Security-Policy allows no
// inline script.

// A stored choice of theme wins over the system's.
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

// Without its first script the page would stay blank, and without its style sheet it would be unreadable.
addEventListener(
  "error",
  ({ target: part }) => {
    if (part instanceof HTMLLinkElement && part.rel === "stylesheet") {
      setTimeout(() => part.replaceWith(part.cloneNode()), 2000);
    } else if (part instanceof HTMLScriptElement && part.type === "module") {
      const words = document.createElement("p");
      words.role = "status";
      words.style.cssText =
        "margin: 15vh auto; max-width: 24rem; font-family: sans-serif; text-align: center";
      words.textContent = "Pawl could not be loaded. Trying again.";
      document.getElementById("root")?.replaceChildren(words);
      // The page itself is asked for again, because a new version has other scripts.
      const again = () =>
        fetch(location.href).then(
          () => location.reload(),
          () => setTimeout(again, 2000),
        );
      setTimeout(again, 2000);
    }
  },
  true,
);
