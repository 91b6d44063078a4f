/** The shortest time between two batches, in milliseconds. */
const pause = 100;

/** The same after a batch of many changes: each costs the lists about as much as one of few. */
const longPause = 500;
const many = 10;

/** One frame, in milliseconds. */
const frame = 16;

/**
 * Returns a function that gathers changes by id, the latest of each; `flush` gets them together, within a frame
 * when little happens and a few times a second when much does.
 */
export function batched<T>(flush: (changes: Map<string, T>) => void): (id: string, change: T) => void {
  let changes = new Map<string, T>();
  let next = 0;
  const run = () => {
    const batch = changes;
    changes = new Map();
    next = Date.now() + (batch.size > many ? longPause : pause);
    flush(batch);
  };
  return (id, change) => {
    // Not in an animation frame: those rest while the page is hidden, and the changes would pile up.
    if (changes.size === 0) setTimeout(run, Math.max(frame, next - Date.now()));
    changes.set(id, change);
  };
}
