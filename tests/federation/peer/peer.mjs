// Whole foreign servers for our federation tests: Fedify on loopback, all in memory, told what to do under /control/.
//
//     node peer.mjs
//
// Prints one line of JSON, {"origin": "http://127.0.0.1:PORT"}, once it answers. There, POST /open {"mode": …} makes a
// server of its own, with its own port, actors and memory, and answers {"origin": …}; POST /close {"origin": …} ends it.
// One process has them all: to load Fedify takes longer than most tests take with it. It ends when its standard input
// closes.

import { AsyncLocalStorage } from "node:async_hooks";
import { once } from "node:events";
import { createServer } from "node:http";
import { Writable } from "node:stream";
import { configure, getStreamSink } from "@logtape/logtape";
import { control } from "./control.mjs";
import { guardFetch, listener, makeDoor, MODES, newCounters } from "./wire.mjs";
import { World } from "./world.mjs";

// What Fedify complains about goes to standard error, where pytest shows it beside a failed test.
await configure({
  contextLocalStorage: new AsyncLocalStorage(), // Fedify binds request ids to it
  sinks: { stderr: getStreamSink(Writable.toWeb(process.stderr)) },
  loggers: [
    { category: "fedify", lowestLevel: "warning", sinks: ["stderr"] },
    { category: ["logtape", "meta"], lowestLevel: "warning", sinks: ["stderr"] },
  ],
});

// Whose work is being done: {mode, counters} of one of the servers.
const within = new AsyncLocalStorage();
guardFetch(() => within.getStore());

/** Return a server that listens on a free port, and its origin. */
async function listening() {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { server, origin: `http://127.0.0.1:${server.address().port}` };
}

const opened = new Map(); // origin → server

/** Open a server of Fedify's and return its origin. */
async function open(mode) {
  if (!MODES.includes(mode)) throw new Error(`the mode must be one of ${MODES.join(", ")}`);
  const { server, origin } = await listening();
  const counters = newCounters();
  const world = new World(origin, mode);
  const pass = (request) => world.federation.fetch(request, { contextData: undefined });
  const door = makeDoor({ mode, counters, pass, loader: () => world.loader(), dialects: world.dialects });
  const answer = (request) => {
    if (new URL(request.url).pathname.startsWith("/control/")) return control(world, counters, request);
    return request.method === "POST" ? door(request) : pass(request);
  };
  const itself = { mode, counters, refusals: new Map() };
  server.on("request", listener(origin, (request) => within.run(itself, answer, request)));
  await within.run(itself, () => world.open());
  opened.set(origin, server);
  return origin;
}

/** Close the server that was opened at *origin*, with all connections to it. */
async function close(origin) {
  const server = opened.get(origin);
  opened.delete(origin);
  const closed = once(server, "close");
  server.close();
  server.closeAllConnections();
  await closed;
}

const { server: keeper, origin } = await listening();
keeper.on("request", listener(origin, async (request) => {
  const asked = await request.json();
  if (new URL(request.url).pathname === "/open") return Response.json({ origin: await open(asked.mode) });
  await close(asked.origin);
  return Response.json({});
}));
console.log(JSON.stringify({ origin }));

process.stdin.on("end", () => process.exit(0)).resume();
