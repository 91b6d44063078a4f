import { describe, expect, it } from "vitest";
import { isFiltered, matches, readFilters, toQuery } from "./filters";
import { file } from "./sample";

const read = (search: string) => readFilters(new URLSearchParams(search));

describe("reading a URL", () => {
  it("has defaults", () => {
    expect(read("")).toMatchObject({ sort: "created_at", order: "desc", view: "table", q: "" });
    expect(isFiltered(read("sort=name&view=grid"))).toBe(false);
  });
  it("starts each sort in its usual order", () => {
    expect(read("sort=name").order).toBe("asc");
    expect(read("sort=size").order).toBe("desc");
    expect(read("sort=name&order=desc").order).toBe("desc");
  });
  it("ignores nonsense", () => {
    expect(read("sort=colour&order=up&since=ever&from=yesterday&view=3d&type=shapes")).toMatchObject({
      sort: "created_at",
      order: "desc",
      since: "",
      from: "",
      type: "",
      view: "table",
    });
  });
});

describe("the request", () => {
  const now = new Date(2026, 10, 24, 15, 30);
  it("lists the types of a group, and takes a type as it is", () => {
    expect(toQuery(read("type=images")).type).toBe("image/*");
    expect(toQuery(read("type=image/png")).type).toBe("image/png");
    const types = toQuery(read("type=documents")).type?.split(",");
    expect(types).toEqual(expect.arrayContaining(["application/pdf", "application/msword", "text/plain"]));
    expect(types).not.toEqual(expect.arrayContaining(["application/zip"]));
  });
  it("counts today and the last days from local midnight", () => {
    expect(toQuery(read("since=today"), now).created_after).toBe(new Date(2026, 10, 24).toISOString());
    expect(toQuery(read("since=7d"), now).created_after).toBe(new Date(2026, 10, 18).toISOString());
  });
  it("includes the last day of a range", () => {
    const query = toQuery(read("from=2026-11-01&to=2026-11-02"), now);
    expect(query.created_after).toBe(new Date(2026, 10, 1).toISOString());
    expect(query.created_before).toBe(new Date(2026, 10, 3).toISOString());
  });
});

describe("searching as the server does", () => {
  const named = (name: string, relativePath = "") => file({ name, metadata: { relativePath } });
  it.each([
    ["1200 invoice", named("invoice 1200.pdf"), true],
    ["1200 receipt", named("invoice 1200.pdf"), false],
    ["CAFE", named("caf\u00e9.txt"), true],
    ["caf\u00e9", named("cafe\u0301.txt"), true],
    ["gr\u00f6ssen", named("gro\u0308ssen.md"), true],
    ["deep sub", named("x.txt", "sub/deep/x.txt"), true],
    ["sub/deep", named("x.txt", "sub/deep/x.txt"), true],
    [" ", named("x.txt"), true],
  ])("%s in %o", (q, f, expected) => expect(matches(f, { q })).toBe(expected));
});

describe("matching as the server does", () => {
  it.each([
    [{ q: "dUS" }, true],
    [{ q: "dawn" }, false],
    [{ type: "image/" }, true],
    [{ type: "image/*" }, true],
    [{ type: "image/png" }, true],
    [{ type: "image/jpeg" }, false],
    [{ type: "image" }, false],
    [{ type: "application/pdf,image/*" }, true],
    [{ type: "application/pdf,text/*" }, false],
    [{ state: "checking" }, false],
    [{ created_after: "2026-11-24T10:00:00Z" }, true],
    [{ created_before: "2026-11-24T10:00:00Z" }, false],
  ])("%j: %s", (query, expected) => expect(matches(file({}), query)).toBe(expected));
});
