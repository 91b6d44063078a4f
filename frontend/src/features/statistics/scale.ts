/** Returns about `wanted` round values from 0 to at least `max`, for the grid lines of a chart. */
export function ticks(max: number, wanted = 4, base: 1000 | 1024 = 1000): number[] {
  if (!(max > 0)) return [0, 1];
  const step = base === 1024 ? binaryStep(max / wanted) : decimalStep(max / wanted);
  const list: number[] = [];
  for (let value = 0; list.length === 0 || (list.at(-1) ?? 0) < max; value += step) list.push(value);
  return list;
}

function decimalStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  return Math.max(1, ([1, 2, 5].find((n) => n * power >= rough) ?? 10) * power);
}

/** Returns a step whose multiples are round in the next unit too: 512 KiB, 1 MiB, 1.5 MiB. */
function binaryStep(rough: number): number {
  const unit = 1024 ** Math.max(0, Math.floor(Math.log(rough) / Math.log(1024)));
  const steps = [1, 2, 5, 10, 20, 50, 128, 256, 512];
  return (steps.find((n) => n * unit >= rough) ?? 1024) * unit;
}

/** Returns `count` indexes spread evenly over `length`, first and last included. */
export function spread(length: number, count: number): number[] {
  if (length <= count) return Array.from({ length }, (_, i) => i);
  return Array.from({ length: count }, (_, i) => Math.round((i * (length - 1)) / (count - 1)));
}
