import { Monitor, Moon, Sun } from "lucide-react";
import { useState } from "react";

type Theme = "system" | "light" | "dark";
const next: Record<Theme, Theme> = { system: "light", light: "dark", dark: "system" };
const icons = { system: Monitor, light: Sun, dark: Moon };
const words: Record<Theme, string> = { system: "as the system", light: "light", dark: "dark" };

function stored(): Theme {
  const theme = document.documentElement.dataset.theme;
  return theme === "light" || theme === "dark" ? theme : "system";
}

/** Switches between the system's theme, light and dark. public/theme.js applies the stored choice before the first paint. */
export function ThemeSwitch() {
  const [theme, setTheme] = useState(stored);
  const choose = (choice: Theme) => {
    setTheme(choice);
    if (choice === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = choice;
    try {
      if (choice === "system") localStorage.removeItem("pawl.theme");
      else localStorage.setItem("pawl.theme", choice);
    } catch {
      // Storage is disabled: the choice lasts until the page is closed.
    }
  };
  const Icon = icons[theme];
  const label = `Theme: ${words[theme]}. Change to ${words[next[theme]]}`;
  return (
    <button
      type="button"
      className="icon-btn"
      aria-label={label}
      title={label}
      onClick={() => choose(next[theme])}
    >
      <Icon size={17} aria-hidden="true" />
    </button>
  );
}
