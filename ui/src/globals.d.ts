/** Put in by build.mjs: the file names of the workers. */
declare const WORKER_FILES: Readonly<Record<"editor.js" | "graphql.js" | "json.js", string>>;

declare module "*.css";
