import { Ban, Check, CircleAlert } from "lucide-react";
import { memo } from "react";
import { exactBytes } from "@/shared/format/bytes";
import { visibleName } from "@/shared/format/name";
import { FileIcon } from "@/shared/ui/FileIcon";
import { Progress } from "@/shared/ui/Progress";
import { Link } from "@/shared/url/Link";
import { ChooseAgain } from "./ChooseAgain";
import { undoCancel } from "./controller";
import { useTransfer } from "./store";
import { TransferActions } from "./TransferActions";
import { isEnded, isStopped, needsFile, type Transfer } from "./transfer";
import { useSeconds } from "./useSeconds";
import { figures, percent, statusWords } from "./words";

/** An upload with its progress, status and buttons. */
export const TransferRow = memo(function TransferRow({ id }: { id: string }) {
  const t = useTransfer(id);
  return t ? <Row transfer={t} /> : null;
});

function toneOf(t: Transfer): string | undefined {
  if (isStopped(t)) return "danger";
  return t.status === "retrying" || needsFile(t) ? "warn" : undefined;
}

function Row({ transfer: t }: { transfer: Transfer }) {
  const now = useSeconds(t.status === "uploading" || (t.status === "retrying" && t.retryAt !== null));
  const tone = toneOf(t);
  const words = statusWords(t, now);
  const name = visibleName(t.name);
  const title = visibleName(t.path || t.name);
  const hasFigures = !isStopped(t) && t.status !== "cancelled";
  return (
    <div className="transfer" data-status={t.status} data-testid="transfer">
      <StatusIcon transfer={t} />
      <div className="flex min-w-0 flex-1 items-center gap-2">
        {t.status === "done" && t.uploadId ? (
          <Link
            href={`/?file=${t.uploadId}`}
            className="truncate rounded leading-[24px] font-medium hover:underline"
            title={title}
          >
            <bdi>{name}</bdi>
          </Link>
        ) : (
          <span className="truncate font-medium" title={title}>
            <bdi>{name}</bdi>
          </span>
        )}
        {!isEnded(t) && (
          <span className="nums ml-auto w-[3.2em] shrink-0 text-right text-[0.86rem] text-muted">
            {percent(t.sent, t.size)} %
          </span>
        )}
      </div>
      <TransferActions transfer={t} />
      <div className="col-start-2 col-end-4 min-w-0 pr-2">
        {!isEnded(t) && (
          <Progress value={t.size === 0 ? 1 : t.sent / t.size} label={`Upload of ${name}`} tone={tone} />
        )}
        <p
          className="nums mt-1 text-[0.86rem] [overflow-wrap:anywhere] text-muted"
          title={exactBytes(t.size)}
        >
          {/* One text if it has one colour: in two, the figures would move when the status changes. */}
          <span data-tone={tone} className="status-words">
            {tone || !hasFigures ? words : `${words} · ${figures(t)}`}
          </span>
          {t.status === "cancelled" ? (
            <>
              {" · "}
              <button type="button" className="link-btn" onClick={() => undoCancel(t.id)}>
                Undo<span className="sr-only"> cancelling {name}</span>
              </button>
            </>
          ) : (
            tone && hasFigures && ` · ${figures(t)}`
          )}
        </p>
        {t.status === "needs-file" && <ChooseAgain transfer={t} />}
      </div>
    </div>
  );
}

function StatusIcon({ transfer: t }: { transfer: Transfer }) {
  if (t.status === "done") return <Check size={18} className="text-ok" aria-hidden="true" />;
  if (t.status === "cancelled") return <Ban size={18} className="text-muted" aria-hidden="true" />;
  if (isStopped(t)) return <CircleAlert size={18} className="text-danger" aria-hidden="true" />;
  return <FileIcon type={t.type} />;
}
