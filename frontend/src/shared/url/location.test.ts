import { expect, it } from "vitest";
import { urlWith } from "./location";

const from = { pathname: "/", search: "?q=dusk&sort=name" };

it.each([
  [{ view: "grid" }, "/?q=dusk&sort=name&view=grid"],
  [{ q: null }, "/?sort=name"],
  [{ q: "", sort: null }, "/"],
  [{ q: "a&b" }, "/?q=a%26b&sort=name"],
])("%j makes %s", (patch, url) => expect(urlWith(patch, from)).toBe(url));
