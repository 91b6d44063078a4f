const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const shortDate = new Intl.DateTimeFormat("en", { day: "numeric", month: "short" });
const longDate = new Intl.DateTimeFormat("en", { day: "numeric", month: "short", year: "numeric" });
const exact = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "medium" });

/** How long ago, in words; from a week on the date itself says more. */
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

/** A span of seconds in at most two units: 3725 is "1 h 2 min". */
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

/** A UTC day "2026-11-24" as "24 Nov". */
export function dayLabel(isoDay: string): string {
  return shortUtc.format(new Date(`${isoDay}T00:00:00Z`));
}
const shortUtc = new Intl.DateTimeFormat("en", { day: "numeric", month: "short", timeZone: "UTC" });
