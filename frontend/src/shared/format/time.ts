const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const shortDate = new Intl.DateTimeFormat("en", { day: "numeric", month: "short" });
const longDate = new Intl.DateTimeFormat("en", { day: "numeric", month: "short", year: "numeric" });
const exact = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "medium" });

/** Formats a time relative to now, or as a date if it is a week ago or more. */
export function ago(time: string | number, now = Date.now()): string {
  const at = new Date(time).getTime();
  const past = now - at;
  if (past < 45 * second) return "just now";
  if (past < hour) return relative.format(-Math.max(1, Math.round(past / minute)), "minute");
  if (past < day) return relative.format(-Math.round(past / hour), "hour");
  if (past < 7 * day) return relative.format(-Math.round(past / day), "day");
  const sameYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  return (sameYear ? shortDate : longDate).format(at);
}

export function exactTime(time: string | number): string {
  return exact.format(new Date(time));
}

/** Formats seconds in at most two units: 3725 is "1 h 2 min". */
export function duration(seconds: number): string {
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return `${s} s`;
  if (s < 3600)
    return s < 600 && s % 60 !== 0 ? `${Math.floor(s / 60)} min ${s % 60} s` : `${Math.round(s / 60)} min`;
  if (s < 86_400) {
    const minutes = Math.floor((s % 3600) / 60);
    return minutes === 0 ? `${Math.floor(s / 3600)} h` : `${Math.floor(s / 3600)} h ${minutes} min`;
  }
  return `${Math.round(s / 86_400)} days`;
}

/** Formats a UTC day: "2026-11-24" is "Nov 24". */
export function dayLabel(isoDay: string): string {
  return shortUtc.format(new Date(`${isoDay}T00:00:00Z`));
}
const shortUtc = new Intl.DateTimeFormat("en", { day: "numeric", month: "short", timeZone: "UTC" });
