import { ArrowUpFromLine } from "lucide-react";
import { useState } from "react";
import { EmptyPanel, ErrorPanel } from "@/shared/ui/states";
import { useTitle } from "@/shared/ui/useTitle";
import { OtherClientRow } from "./OtherClientRow";
import { RuleWords } from "./RuleWords";
import { useTotals } from "./store";
import { TransferList } from "./TransferList";
import { TrayHead } from "./TrayHead";
import { UploadButton } from "./UploadButton";
import { useOtherClients } from "./useOtherClients";

/** The uploads of this browser and of other clients. */
export default function UploadsPage() {
  useTitle("Uploads");
  const own = useTotals();
  const [scroller, setScroller] = useState<HTMLElement | null>(null);
  const { query, uploads, drop } = useOtherClients();
  const idle = own.count === 0 && uploads.length === 0 && query.isSuccess;
  return (
    <div className="view">
      <div className="flex max-w-5xl flex-col gap-6">
        <h1 className="view-title">Uploads</h1>
        {idle && (
          <EmptyPanel
            icon={<ArrowUpFromLine size={28} aria-hidden="true" />}
            title="Nothing is being uploaded"
            action={<UploadButton />}
          >
            Drop files anywhere on this page. Uploads of other people and programs appear here too.
            <RuleWords />
          </EmptyPanel>
        )}
        {own.count > 0 && (
          <section aria-labelledby="own">
            <h2 id="own" className="mb-2 font-semibold">
              This browser
            </h2>
            <div className="card overflow-hidden">
              <TrayHead totals={own} />
              <div
                ref={setScroller}
                className="uploads-list"
                // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
                tabIndex={0}
                role="group"
                aria-label="Upload list"
              >
                <TransferList scroller={scroller} whole />
              </div>
            </div>
          </section>
        )}
        {query.isPending ? (
          // Under uploads of this browser it would only move when they come.
          own.count === 0 && <div className="skeleton h-36 rounded-2xl" aria-hidden="true" />
        ) : query.isError && !query.data ? (
          <ErrorPanel
            title="The uploads of other clients could not be loaded"
            error={query.error}
            onRetry={() => void query.refetch()}
          />
        ) : (
          uploads.length > 0 && (
            <section aria-labelledby="others">
              <h2 id="others" className="mb-2 font-semibold">
                Other clients
              </h2>
              <ul className="card">
                {uploads.map((upload) => (
                  <OtherClientRow key={upload.id} upload={upload} onGone={drop} />
                ))}
              </ul>
            </section>
          )
        )}
      </div>
    </div>
  );
}
