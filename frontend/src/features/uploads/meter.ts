interface Sample {
  at: number;
  sent: number;
}

const span = 8000;
const least = 400;

/** Measures speed over the last seconds, so that the figure is calm but follows. */
export class Meter {
  private samples: Sample[] = [];

  /** Adds what has been sent up to now; returns bytes per second, or null while that is a guess. */
  add(sent: number, at = Date.now()): number | null {
    const last = this.samples.at(-1);
    // Sent again from an earlier offset: what was measured before no longer counts.
    if (last && sent < last.sent) this.samples = [];
    this.samples.push({ at, sent });
    while (this.samples.length > 2 && at - (this.samples[1]?.at ?? at) > span) this.samples.shift();
    const first = this.samples[0];
    if (!first || at - first.at < least) return null;
    return ((sent - first.sent) / (at - first.at)) * 1000;
  }

  reset() {
    this.samples = [];
  }
}
