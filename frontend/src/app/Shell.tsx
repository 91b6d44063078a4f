import { useQuery } from "@tanstack/react-query";
import { ArrowUpFromLine, ChartColumn, Files } from "lucide-react";
import { type ReactNode, Suspense } from "react";
import { UploadButton } from "@/features/uploads/UploadButton";
import { serverQuery } from "@/shared/api/client";
import { lazyView } from "@/shared/lazy";
import { Logo } from "@/shared/ui/Logo";
import { Link } from "@/shared/url/Link";
import { ConnectionBanner } from "./ConnectionBanner";
import { SearchBox } from "./SearchBox";
import { ThemeSwitch } from "./ThemeSwitch";

const UpdateNotice = lazyView(
  () => import("./UpdateNotice"),
  () => null,
);

const views = [
  { path: "/", label: "Files", Icon: Files },
  { path: "/uploads", label: "Uploads", Icon: ArrowUpFromLine },
  { path: "/statistics", label: "Statistics", Icon: ChartColumn },
];

/** The frame of all views: navigation, search, upload button and theme switch. */
export function Shell({ pathname, children }: { pathname: string; children: ReactNode }) {
  return (
    <div className="shell">
      <a href="#main" className="skip-link">
        Skip to content
      </a>
      <Sidebar pathname={pathname} />
      <div className="flex min-h-0 min-w-0 flex-1 flex-col">
        <header className="flex h-14 shrink-0 items-center gap-3 border-b border-line bg-surface px-4 lg:px-6">
          <Link href="/" className="rounded-lg lg:hidden" aria-label="Pawl, files">
            <Logo size={30} />
          </Link>
          <SearchBox pathname={pathname} />
          <div className="ml-auto flex items-center gap-1.5">
            <span className="lg:hidden">
              <ThemeSwitch />
            </span>
            <UploadButton />
          </div>
        </header>
        <ConnectionBanner />
        <Suspense>
          <UpdateNotice />
        </Suspense>
        <main id="main" tabIndex={-1} className="shell-main">
          {children}
        </main>
      </div>
      <TabBar pathname={pathname} />
    </div>
  );
}

function Sidebar({ pathname }: { pathname: string }) {
  const server = useQuery(serverQuery);
  return (
    <nav
      aria-label="Views"
      className="hidden w-(--rail) shrink-0 flex-col overflow-y-auto border-r border-line bg-paper p-3 lg:flex"
    >
      <Link
        href="/"
        className="mb-4 flex items-center gap-2.5 rounded-lg px-2 text-[1.2rem] font-semibold tracking-tight"
      >
        <Logo size={30} />
        Pawl
      </Link>
      <div className="flex flex-col gap-0.5">
        {views.map(({ path, label, Icon }) => (
          <Link
            key={path}
            href={path}
            className="nav-link"
            aria-current={pathname === path ? "page" : undefined}
          >
            <Icon size={18} strokeWidth={1.9} aria-hidden="true" />
            {label}
          </Link>
        ))}
      </div>
      <div className="mt-auto flex items-center justify-between px-2">
        <span className="truncate text-[0.86rem] text-muted">
          {server.data ? `Pawl ${server.data.version}` : ""}
        </span>
        <ThemeSwitch />
      </div>
    </nav>
  );
}

function TabBar({ pathname }: { pathname: string }) {
  return (
    <nav aria-label="Views" className="tab-bar">
      {views.map(({ path, label, Icon }) => (
        <Link
          key={path}
          href={path}
          className="tab-link"
          aria-current={pathname === path ? "page" : undefined}
        >
          <Icon size={20} strokeWidth={1.9} aria-hidden="true" />
          {label}
        </Link>
      ))}
    </nav>
  );
}
