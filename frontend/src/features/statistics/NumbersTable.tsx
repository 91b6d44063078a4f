import type { ReactNode } from "react";
import { count } from "@/shared/format/bytes";

interface NumbersTableProps {
  caption: string;
  head: string[];
  /** The first cell of each row names it. */
  rows: ReactNode[][];
}

export function NumbersTable({ caption, head, rows }: NumbersTableProps) {
  return (
    <section
      className="mt-2 max-h-72 overflow-auto rounded-lg border border-line"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
      tabIndex={0}
      aria-label={caption}
    >
      <table className="nums w-full text-left">
        <caption className="sr-only">{caption}</caption>
        <thead className="sticky top-0 bg-hover text-muted">
          <tr>
            {head.map((name, i) => (
              <th key={name} scope="col" className={`px-3 py-1.5 font-medium ${i > 0 ? "text-right" : ""}`}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((cells) => (
            <tr key={String(cells[0])} className="border-t border-line">
              {cells.map((cell, i) =>
                i === 0 ? (
                  <th key={head[i]} scope="row" className="px-3 py-1.5 font-normal whitespace-nowrap">
                    {cell}
                  </th>
                ) : (
                  <td key={head[i]} className="px-3 py-1.5 text-right whitespace-nowrap">
                    {typeof cell === "number" ? count(cell) : cell}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
