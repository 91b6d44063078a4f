/** Round values from 0 to at least `max`, about `wanted` of them, for the lines of a chart. */
export function ticks(max: number, wanted = 4, base: 1000 | 1024 = 1000): number[] {
  if (!(max > 0)) return [0, 1];
  const unit = base ** Math.floor(Math.log(max / wanted) / Math.log(base));
  const rough = max / wanted / (base === 1024 ? Math.max(1, unit) : 1);
  const power = 10 ** Math.floor(Math.log10(rough));
  const nice = [1, 2, 5, 10].find((n) => n * power >= rough) ?? 10;
  const step = Math.max(1, nice * power * (base === 1024 ? Math.max(1, unit) : 1));
  const list: number[] = [];
  for (let value = 0; list.length === 0 || (list.at(-1) ?? 0) < max; value += step) list.push(value);
  return list;
}

/** Indexes of `count` things spread over `length`, first and last included. */
export function spread(length: number, count: number): number[] {
  if (length <= count) return Array.from({ length }, (_, i) => i);
  return Array.from({ length: count }, (_, i) => Math.round((i * (length - 1)) / (count - 1)));
}
