import { Compass } from "lucide-react";
import { EmptyPanel } from "@/shared/ui/states";
import { useTitle } from "@/shared/ui/useTitle";
import { Link } from "@/shared/url/Link";

export function NotFound() {
  useTitle("No such page");
  return (
    <EmptyPanel
      icon={<Compass size={28} aria-hidden="true" />}
      heading="h1"
      title="There is no such page"
      action={
        <Link href="/" className="btn">
          Go to files
        </Link>
      }
    >
      The address may be mistyped.
    </EmptyPanel>
  );
}
