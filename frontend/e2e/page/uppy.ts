// The bundle for tests of Uppy in a page of another site.
export { default as Uppy } from "@uppy/core";
export { default as Tus } from "@uppy/tus";
