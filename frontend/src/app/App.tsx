import { lazy, Suspense } from "react";
import { FilesPage } from "@/features/files/FilesPage";
import { DropLayer } from "@/features/uploads/DropLayer";
import { Tray } from "@/features/uploads/Tray";
import { UploadButton } from "@/features/uploads/UploadButton";
import { Toasts } from "@/shared/ui/Toasts";
import { usePathname } from "@/shared/url/location";
import { NotFound } from "./NotFound";
import { Shell } from "./Shell";
import { ViewFailure } from "./ViewFailure";

const UploadsPage = lazy(() => import("@/features/uploads/UploadsPage"));
const StatisticsPage = lazy(() => import("@/features/statistics/StatisticsPage"));

export function App() {
  const pathname = usePathname();
  return (
    <>
      <Shell pathname={pathname}>
        <ViewFailure key={pathname}>
          <Suspense fallback={<ViewSkeleton />}>
            <View pathname={pathname} />
          </Suspense>
        </ViewFailure>
      </Shell>
      <Tray listed={pathname === "/uploads"} />
      <DropLayer />
      <Toasts />
    </>
  );
}

function View({ pathname }: { pathname: string }) {
  switch (pathname) {
    case "/":
      return <FilesPage uploadButton={<UploadButton />} />;
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
    <div className="p-6" aria-hidden="true">
      <div className="skeleton h-7 w-40" />
      <div className="skeleton mt-6 h-64 w-full" />
    </div>
  );
}
