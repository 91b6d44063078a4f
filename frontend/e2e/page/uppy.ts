// What is bundled for tests of Uppy alone, in a page of another site.
export { default as Uppy } from "@uppy/core";
export { default as Tus } from "@uppy/tus";
