// Runs before the first paint. It is a separate file because the Content-Security-Policy allows no inline script.

// A stored theme takes precedence over the system's.
(() => {
  try {
    const choice = localStorage.getItem("pawl.theme");
    if (choice === "light" || choice === "dark") {
      document.documentElement.dataset.theme = choice;
    }
  } catch {
    // Storage is disabled: follow the system.
  }
})();

// Without its first script the page would stay blank, and without its style sheet it would be unreadable.
addEventListener(
  "error",
  ({ target: part }) => {
    if (part instanceof HTMLLinkElement && part.rel === "stylesheet") {
      setTimeout(() => part.replaceWith(part.cloneNode()), 2000);
    } else if (part instanceof HTMLScriptElement && part.type === "module") {
      const message = document.createElement("p");
      message.role = "status";
      message.style.cssText =
        "margin: 15vh auto; max-width: 24rem; font-family: sans-serif; text-align: center";
      message.textContent = "Pawl could not be loaded. Trying again.";
      document.getElementById("root")?.replaceChildren(message);
      // The page itself is requested again, because a new version has other scripts.
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
