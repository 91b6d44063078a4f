import type { KeyboardEvent, PointerEvent } from "react";
import { maxWidth, setPanelWidth, usePanelWidth } from "./panelSpace";

/** The distance that an arrow key moves the edge, in pixels. */
const step = 40;

/** The edge between list and preview. Dragging and arrow keys move it; a double click resets it. */
export function PanelEdge() {
  const width = usePanelWidth();
  const drag = (event: PointerEvent<HTMLElement>) => {
    if (event.currentTarget.hasPointerCapture(event.pointerId))
      setPanelWidth(window.innerWidth - event.clientX);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const by = { ArrowLeft: step, ArrowRight: -step }[event.key];
    if (!by) return;
    event.preventDefault();
    setPanelWidth(width + by);
  };
  return (
    <div
      className="panel-edge"
      role="separator"
      aria-orientation="vertical"
      aria-label="Width of the preview"
      aria-valuenow={width}
      aria-valuemax={maxWidth()}
      tabIndex={0}
      data-own-keys
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={drag}
      onDoubleClick={() => setPanelWidth(0)}
      onKeyDown={onKeyDown}
    />
  );
}
