/** A progress bar; `value` is between 0 and 1, or null if the total is unknown. */
export function Progress({ value, label, tone }: { value: number | null; label: string; tone?: string }) {
  const percent = value === null ? null : Math.max(0, Math.min(100, value * 100));
  return (
    <div
      className="progress"
      data-tone={tone}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent === null ? undefined : Math.round(percent)}
      data-unknown={percent === null || undefined}
    >
      <div style={percent === null ? undefined : { transform: `translateX(${percent - 100}%)` }} />
    </div>
  );
}
