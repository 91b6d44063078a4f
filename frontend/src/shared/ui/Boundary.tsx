import { Component, type ReactNode } from "react";
import { ErrorPanel } from "./states";
import { toast } from "./Toasts";

interface BoundaryProps {
  /** What could not be shown: "This view". */
  what: string;
  /** Whether to show the error as a toast, for a part without space for it. */
  message?: boolean;
  /** A change of this clears the error. */
  resetKey?: string;
  /** A button besides "Try again". */
  action?: ReactNode;
  children: ReactNode;
}

/** Catches the errors of a part of the page, so that they don't affect the other parts. */
export class Boundary extends Component<BoundaryProps, { error: unknown }> {
  override state: { error: unknown } = { error: null };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override componentDidCatch() {
    if (!this.props.message) return;
    toast({
      message: `${this.props.what} could not be shown.`,
      tone: "danger",
      duration: 60_000,
      action: { label: "Try again", run: this.retry },
    });
  }

  override componentDidUpdate(before: BoundaryProps) {
    if (before.resetKey !== this.props.resetKey && this.state.error !== null) this.retry();
  }

  private readonly retry = () => this.setState({ error: null });

  override render() {
    if (this.state.error === null) return this.props.children;
    if (this.props.message) return null;
    return (
      <ErrorPanel
        title={`${this.props.what} could not be shown`}
        error={this.state.error}
        onRetry={this.retry}
        action={this.props.action}
      />
    );
  }
}
