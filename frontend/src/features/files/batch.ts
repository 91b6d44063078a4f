/** The shortest time between two batches, in milliseconds. */
const minInterval = 100;

/** The same after a batch of more than `many` changes, because each batch costs a rendering of the list. */
const minIntervalOfMany = 500;
const many = 10;

/** One frame, in milliseconds. */
const frame = 16;

/**
 * Returns a function that collects changes by id, and keeps the latest of each. `flush` gets them in batches: within
 * a frame if there are few, else a few times a second.
 */
export function batched<T>(flush: (changes: Map<string, T>) => void): (id: string, change: T) => void {
  let changes = new Map<string, T>();
  let next = 0;
  const run = () => {
    const batch = changes;
    changes = new Map();
    next = Date.now() + (batch.size > many ? minIntervalOfMany : minInterval);
    flush(batch);
  };
  return (id, change) => {
    // A hidden page gets no animation frames, and changes would pile up.
    if (changes.size === 0) setTimeout(run, Math.max(frame, next - Date.now()));
    changes.set(id, change);
  };
}
