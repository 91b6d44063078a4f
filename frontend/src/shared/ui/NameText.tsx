import { nameParts } from "@/shared/format/name";

/**
 * A cleaned name on one line. If it is too long its middle is cut, so that the extension stays visible. Its direction
 * is isolated. The parent needs the whole name as its label, because screen readers may read the two parts as two words.
 */
export function NameText({ name }: { name: string }) {
  const [head, tail] = nameParts(name);
  return (
    <bdi className="flex min-w-0">
      <span className="overflow-hidden text-ellipsis whitespace-pre">{head}</span>
      {tail !== "" && <span className="shrink-0 whitespace-pre">{tail}</span>}
    </bdi>
  );
}
