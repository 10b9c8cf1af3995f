// Monaco asks for a worker by label; each is a file of its own beside this script.
self.MonacoEnvironment = {
  getWorker(_id, label) {
    const name = label === "graphql" || label === "json" ? (`${label}.js` as const) : "editor.js";
    return new Worker(new URL(WORKER_FILES[name], import.meta.url), { name: label, type: "module" });
  },
};

export {};
