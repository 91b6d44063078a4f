import { nameParts } from "@/shared/format/name";

/**
 * A cleaned name on one line: where space is short its middle is cut, and the extension stays. Its direction is its
 * own. What contains it has to be named by the whole name, for those who can't see the two parts as one.
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
