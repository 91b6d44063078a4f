import { describe, expect, it } from "vitest";
import { filterOf, isFiltered, listsAll, readFilters, toQuery } from "./filters";

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
  it("ignores invalid values", () => {
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
  it("lists the types of a group, and passes a type on", () => {
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

describe("the filter of a request", () => {
  it("has neither order nor page", () => {
    const query = { ...toQuery(read("q=dusk&sort=name")), limit: 10, cursor: "x" };
    expect(filterOf(query)).toEqual({ q: "dusk" });
  });
  it("is empty for all files", () => {
    expect(listsAll(toQuery(read("sort=size&view=grid&file=a")))).toBe(true);
    expect(listsAll(toQuery(read("type=images")))).toBe(false);
  });
});
