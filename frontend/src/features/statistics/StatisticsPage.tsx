import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { api } from "@/shared/api/client";
import { subscribe } from "@/shared/api/events";
import { ago, dayLabel } from "@/shared/format/time";
import { ErrorPanel } from "@/shared/ui/states";
import { useTitle } from "@/shared/ui/useTitle";
import { useSearch } from "@/shared/url/location";
import { GrowthChart } from "./GrowthChart";
import { RangePicker } from "./RangePicker";
import { DownloadsCard, TypesCard } from "./Rankings";
import { presets, readRange } from "./range";
import "./statistics.css";
import { TotalCards } from "./TotalCards";
import { UploadsChart } from "./UploadsChart";

/** The usage of the server in the range of days given by the URL. */
export default function StatisticsPage() {
  useTitle("Statistics");
  const search = useSearch();
  const range = useMemo(() => readRange(search), [search]);
  const stats = useQuery({
    queryKey: ["stats", range.from, range.to],
    queryFn: ({ signal }) => api.stats(range.from, range.to, signal),
    placeholderData: keepPreviousData,
  });
  useLiveStatistics();
  const preset = presets.find((p) => p.key === range.preset);
  const span = preset ? `in ${preset.label}` : `from ${dayLabel(range.from)} to ${dayLabel(range.to)}`;
  return (
    <div className="view">
      <div className="flex flex-col gap-4">
        <div className="flex flex-wrap items-center justify-between gap-3">
          <h1 className="view-title">Statistics</h1>
          <RangePicker range={range} />
        </div>
        {stats.isPending ? (
          <StatsSkeleton />
        ) : stats.data ? (
          <>
            {stats.isError && (
              <p role="alert" className="flex flex-wrap items-center gap-3 text-danger">
                The figures could not be refreshed; these were loaded {ago(stats.dataUpdatedAt)}.
                <button type="button" className="btn btn-small" onClick={() => void stats.refetch()}>
                  Try again
                </button>
              </p>
            )}
            <TotalCards stats={stats.data} span={span} />
            <div className="charts">
              <GrowthChart days={stats.data.days} />
              <UploadsChart days={stats.data.days} />
              <TypesCard types={stats.data.types} />
              <DownloadsCard files={stats.data.most_downloaded} />
            </div>
            <p className="text-[0.86rem] text-muted">Days are counted in UTC.</p>
          </>
        ) : (
          <ErrorPanel
            title="The statistics could not be loaded"
            error={stats.error}
            onRetry={() => void stats.refetch()}
          />
        )}
      </div>
    </div>
  );
}

/** Refetches the statistics after changes, at most every two seconds. */
function useLiveStatistics() {
  const client = useQueryClient();
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const changed = () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        void client.invalidateQueries({ queryKey: ["stats"] });
      }, 2000);
    };
    const unsubscribe = [
      subscribe("file.created", changed),
      subscribe("file.deleted", changed),
      subscribe("upload.ended", changed),
      subscribe("reset", changed),
    ];
    return () => {
      clearTimeout(timer);
      for (const end of unsubscribe) end();
    };
  }, [client]);
}

function StatsSkeleton() {
  return (
    <div className="flex flex-col gap-4" aria-hidden="true">
      <div className="grid grid-cols-2 gap-4 xl:grid-cols-4">
        {["a", "b", "c", "d"].map((key) => (
          <div key={key} className="skeleton h-36 rounded-2xl" />
        ))}
      </div>
      <div className="charts">
        <div className="skeleton h-84 rounded-2xl" />
        <div className="skeleton h-84 rounded-2xl" />
      </div>
    </div>
  );
}
