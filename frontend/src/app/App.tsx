import { Suspense } from "react";
import { FilesPage } from "@/features/files/FilesPage";
import { DropLayer } from "@/features/uploads/DropLayer";
import { RuleWords } from "@/features/uploads/RuleWords";
import { Tray } from "@/features/uploads/Tray";
import { UploadButton } from "@/features/uploads/UploadButton";
import { lazyView } from "@/shared/lazy";
import { Boundary } from "@/shared/ui/Boundary";
import { Toasts } from "@/shared/ui/Toasts";
import { usePathname } from "@/shared/url/location";
import { NotFound } from "./NotFound";
import { Shell } from "./Shell";
import { Unfinished } from "./Unfinished";

const UploadsPage = lazyView(() => import("@/features/uploads/UploadsPage"));
const StatisticsPage = lazyView(() => import("@/features/statistics/StatisticsPage"));

/** The page. An error in one part of it does not affect the others, nor the uploads. */
export function App() {
  const pathname = usePathname();
  return (
    <>
      <Shell pathname={pathname}>
        <Boundary resetKey={pathname} what="This view">
          <Suspense fallback={<ViewSkeleton />}>
            <View pathname={pathname} />
          </Suspense>
        </Boundary>
      </Shell>
      <Boundary what="The upload tray" message>
        <Tray listed={pathname === "/uploads"} />
      </Boundary>
      <DropLayer />
      <Toasts />
      <Unfinished />
    </>
  );
}

function View({ pathname }: { pathname: string }) {
  switch (pathname) {
    case "/":
      return <FilesPage uploadButton={<UploadButton />} rules={<RuleWords />} />;
    case "/uploads":
      return <UploadsPage />;
    case "/statistics":
      return <StatisticsPage />;
    default:
      return <NotFound />;
  }
}

function ViewSkeleton() {
  return (
    <div className="view" aria-hidden="true">
      <div className="skeleton h-7 w-40" />
      <div className="skeleton mt-6 h-64 w-full" />
    </div>
  );
}
