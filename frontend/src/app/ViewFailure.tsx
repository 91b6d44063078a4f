import { Component, type ReactNode } from "react";
import { ErrorPanel } from "@/shared/ui/states";

/** Catches what a view throws, such as a part of the page that an update has replaced. */
export class ViewFailure extends Component<{ children: ReactNode }, { error: unknown }> {
  override state: { error: unknown } = { error: null };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render() {
    if (this.state.error === null) return this.props.children;
    return (
      <ErrorPanel
        title="This view could not be opened"
        error={this.state.error}
        onRetry={() => window.location.reload()}
      />
    );
  }
}
