import { Component, type ReactNode } from "react";
import { ErrorPanel } from "./states";

interface BoundaryProps {
  /** What could not be shown: "This view". */
  what: string;
  children: ReactNode;
}

/** Catches what a part of the page throws, so that the other parts stay. A `key` that changes resets it. */
export class Boundary extends Component<BoundaryProps, { error: unknown }> {
  override state: { error: unknown } = { error: null };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render() {
    if (this.state.error === null) return this.props.children;
    return (
      <ErrorPanel
        title={`${this.props.what} could not be shown`}
        error={this.state.error}
        onRetry={() => this.setState({ error: null })}
      />
    );
  }
}
