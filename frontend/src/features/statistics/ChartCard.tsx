import { type ReactNode, useId } from "react";

/** A chart with its title, and its numbers as a table. */
export function ChartCard({
  title,
  legend,
  table,
  children,
}: {
  title: string;
  legend?: ReactNode;
  table: ReactNode;
  children: ReactNode;
}) {
  const id = useId();
  return (
    <section className="card min-w-0 p-4 sm:p-5" aria-labelledby={id}>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
        <h2 id={id} className="font-semibold">
          {title}
        </h2>
        {legend && <div className="ml-auto flex gap-4 text-[0.86rem] text-muted">{legend}</div>}
      </div>
      {children}
      <details className="mt-2 text-[0.93rem]">
        <summary className="w-fit cursor-pointer rounded-md py-1 text-muted hover:text-ink">
          Numbers as a table
        </summary>
        {table}
      </details>
    </section>
  );
}
