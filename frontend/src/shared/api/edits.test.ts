import { QueryClient } from "@tanstack/react-query";
import { expect, it } from "vitest";
import { editQueries } from "./edits";

const key = ["list", { q: "" }];
const without = (name: string) => (list: string[]) => list.filter((other) => other !== name);
const withIt = (name: string) => (list: string[]) => [...without(name)(list), name];

/** A request that the test answers. */
function request() {
  let answer: (list: string[]) => void = () => undefined;
  const queryFn = () => new Promise<string[]>((resolve) => (answer = resolve));
  return { queryFn, answer: (list: string[]) => answer(list) };
}

it("edits cached data", () => {
  const client = new QueryClient();
  client.setQueryData(key, ["a"]);
  editQueries(client, ["list"], withIt("b"));
  expect(client.getQueryData(key)).toEqual(["a", "b"]);
});

it("repeats an edit after a response that was in transit", async () => {
  const client = new QueryClient();
  const { queryFn, answer } = request();
  const fetched = client.fetchQuery({ queryKey: key, queryFn });
  // Neither is known to the answer, which was made before.
  editQueries(client, ["list"], withIt("b"));
  editQueries(client, ["list"], without("a"));
  answer(["a"]);
  await fetched;
  expect(client.getQueryData(key)).toEqual(["b"]);
});

it("does not repeat an edit after later responses", async () => {
  const client = new QueryClient();
  const first = request();
  const fetched = client.fetchQuery({ queryKey: key, queryFn: first.queryFn });
  editQueries(client, ["list"], withIt("b"));
  first.answer(["a"]);
  await fetched;
  const second = request();
  const refetched = client.fetchQuery({ queryKey: key, queryFn: second.queryFn });
  second.answer(["a"]);
  await refetched;
  expect(client.getQueryData(key)).toEqual(["a"]);
});

it("does not make outdated data count as fresh", () => {
  const client = new QueryClient();
  client.setQueryData(key, ["a"], { updatedAt: 1000 });
  void client.invalidateQueries({ queryKey: key });
  editQueries(client, ["list"], withIt("b"));
  expect(client.getQueryState(key)).toMatchObject({
    data: ["a", "b"],
    dataUpdatedAt: 1000,
    isInvalidated: true,
  });
});
