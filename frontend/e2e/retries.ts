import { appendFileSync } from "node:fs";
import type { FullConfig, Reporter, Suite } from "@playwright/test/reporter";

/** Notes the tests that passed only at their second try in the file $PAWL_TEST_RETRIED, which is read out at the end of CI. */
export default class Retries implements Reporter {
  private suite: Suite | undefined;

  onBegin(_: FullConfig, suite: Suite) {
    this.suite = suite;
  }

  onEnd() {
    const file = process.env.PAWL_TEST_RETRIED;
    if (!file) return;
    for (const test of this.suite?.allTests() ?? [])
      if (test.outcome() === "flaky")
        appendFileSync(file, `${test.titlePath().filter(Boolean).join(" › ")}\n`);
  }
}
