// A whole foreign server for our federation tests: Fedify on loopback, all in memory, told what to do under /control/.
//
//     node peer.mjs --mode default|cavage-only|rfc9421-only|authorized-fetch [--port N]
//
// Prints one line of JSON, {"origin": "http://127.0.0.1:PORT"}, once it answers; ends when its standard input closes.

import { AsyncLocalStorage } from "node:async_hooks";
import { once } from "node:events";
import { createServer } from "node:http";
import { Writable } from "node:stream";
import { parseArgs } from "node:util";
import { configure, getStreamSink } from "@logtape/logtape";
import { control } from "./control.mjs";
import { guardFetch, listener, makeDoor, MODES, newCounters } from "./wire.mjs";
import { World } from "./world.mjs";

const { mode, port } = parseArgs({
  options: { mode: { type: "string", default: "default" }, port: { type: "string", default: "0" } },
}).values;
if (!MODES.includes(mode)) throw new Error(`--mode must be one of ${MODES.join(", ")}`);

// What Fedify complains about goes to standard error, where pytest shows it beside a failed test.
await configure({
  contextLocalStorage: new AsyncLocalStorage(), // Fedify binds request ids to it
  sinks: { stderr: getStreamSink(Writable.toWeb(process.stderr)) },
  loggers: [
    { category: "fedify", lowestLevel: "warning", sinks: ["stderr"] },
    { category: ["logtape", "meta"], lowestLevel: "warning", sinks: ["stderr"] },
  ],
});

const counters = newCounters();
guardFetch(mode, counters);

const server = createServer();
server.listen(Number(port), "127.0.0.1");
await once(server, "listening");
const origin = `http://127.0.0.1:${server.address().port}`;

const world = new World(origin, mode);
const pass = (request) => world.federation.fetch(request, { contextData: undefined });
const door = makeDoor({ mode, counters, pass, loader: () => world.loader(), dialects: world.dialects });
server.on("request", listener(origin, (request) => {
  if (new URL(request.url).pathname.startsWith("/control/")) return control(world, counters, request);
  return request.method === "POST" ? door(request) : pass(request);
}));
await world.open();
console.log(JSON.stringify({ origin }));

process.stdin.on("end", () => process.exit(0)).resume();
