interface Sample {
  at: number;
  sent: number;
}

/** The time over which speed is measured, and the least for a measurement, in milliseconds. */
const span = 8000;
const minSpan = 400;

/** Meter measures speed over the last seconds, so that the figure is steady but follows changes. */
export class Meter {
  private samples: Sample[] = [];

  /** Adds the bytes sent so far. Returns bytes per second, or null while there is too little to measure. */
  add(sent: number, at = Date.now()): number | null {
    const last = this.samples.at(-1);
    // The upload was resumed from an earlier offset, so earlier samples no longer count.
    if (last && sent < last.sent) this.samples = [];
    this.samples.push({ at, sent });
    while (this.samples.length > 2 && at - (this.samples[1]?.at ?? at) > span) this.samples.shift();
    const first = this.samples[0];
    if (!first || at - first.at < minSpan) return null;
    return ((sent - first.sent) / (at - first.at)) * 1000;
  }

  reset() {
    this.samples = [];
  }
}
