/** The placeholder of a list that is being loaded. It has the layout of the list, so that nothing shifts. */
export function ListSkeleton({ grid }: { grid: boolean }) {
  const places = Array.from({ length: grid ? 12 : 14 }, (_, i) => i);
  if (grid) {
    return (
      <div
        className="file-scroller grid grid-cols-[repeat(auto-fill,minmax(11rem,1fr))] gap-3"
        aria-hidden="true"
      >
        {places.map((i) => (
          <div key={i} className="skeleton h-52 rounded-xl" />
        ))}
      </div>
    );
  }
  return (
    <div className="@container min-h-0 flex-1 overflow-hidden" aria-hidden="true">
      <div className="h-9 border-b border-line" />
      <div className="px-2 lg:px-4">
        {places.map((i) => (
          <div key={i} className="file-columns h-[49px] border-b border-line/60">
            <span />
            <div className="flex items-center gap-3">
              <div className="skeleton size-5" />
              <div className="skeleton h-3.5" style={{ width: `${9 + ((i * 37) % 11)}rem` }} />
            </div>
            <div className="skeleton hidden h-3.5 w-20 @4xl:block" />
            <div className="skeleton ml-auto hidden h-3.5 w-16 @2xl:block" />
            <div className="skeleton hidden h-3.5 w-20 @2xl:block" />
          </div>
        ))}
      </div>
    </div>
  );
}
