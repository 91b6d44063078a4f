/** The days that the statistics cover, as UTC days, both included. */
export interface Range {
  preset: string;
  from: string;
  to: string;
}

export const presets = [
  { key: "7d", label: "7 days", days: 7 },
  { key: "30d", label: "30 days", days: 30 },
  { key: "90d", label: "90 days", days: 90 },
  { key: "365d", label: "1 year", days: 365 },
];

const pattern = /^\d{4}-\d{2}-\d{2}$/;
const dayLength = 86_400_000;
/** The most days that the server returns. */
const longest = 366;

function addDays(day: string, n: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + n * dayLength).toISOString().slice(0, 10);
}

function isDay(text: string): boolean {
  return pattern.test(text) && !Number.isNaN(Date.parse(`${text}T00:00:00Z`));
}

/** Reads the range from a URL; 30 days if it has no valid one. */
export function readRange(search: URLSearchParams, now = new Date()): Range {
  const today = now.toISOString().slice(0, 10);
  const from = search.get("from") ?? "";
  const to = search.get("to") ?? "";
  if (isDay(from) && isDay(to) && from <= to) {
    const earliest = addDays(to, 1 - longest);
    const [, latest = from] = [from, earliest].sort();
    return { preset: "", from: latest, to };
  }
  const preset = presets.find((p) => p.key === search.get("range")) ?? presets[1];
  const days = preset?.days ?? 30;
  return { preset: preset?.key ?? "30d", from: addDays(today, 1 - days), to: today };
}
