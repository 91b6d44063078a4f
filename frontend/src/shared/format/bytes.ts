const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

/** Formats a size in binary units with three digits: 1536 is "1.50 KiB". */
export function bytes(n: number): string {
  let value = n;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  // 1023.6 KiB would be rounded to "1024 KiB".
  if (unit > 0 && unit < units.length - 1 && Math.round(value) >= 1024) {
    value /= 1024;
    unit++;
  }
  if (unit === 0) return `${value} B`;
  const decimals = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `${value.toFixed(decimals)} ${units[unit]}`;
}

/** Formats a round size, as on the axis of a chart: "20 GiB". */
export function roundBytes(n: number): string {
  return bytes(n)
    .replace(/\.0+ /, " ")
    .replace(/(\.\d)0 /, "$1 ");
}

const grouped = new Intl.NumberFormat("en");

/** Formats the exact size: "1,536 bytes". */
export function exactBytes(n: number): string {
  return n === 1 ? "1 byte" : `${grouped.format(n)} bytes`;
}

export function count(n: number): string {
  return grouped.format(n);
}

/** Formats a count with its noun: "1 file", "3 files". */
export function plural(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}
