// What lies between the sockets and Fedify: which signature dialect is spoken, what may leave and what may enter.

import { verifyRequestDetailed } from "@fedify/fedify";

/** Mode → the one dialect spoken and understood; undefined where both are (Fedify's own double knock). */
const ONLY = { "cavage-only": "cavage", "rfc9421-only": "rfc9421" };

/** Our short names → Fedify's. */
const SPEC = { cavage: "draft-cavage-http-signatures-12", rfc9421: "rfc9421" };

export const MODES = ["default", "cavage-only", "rfc9421-only", "authorized-fetch"];

/** Return the dialect for Fedify's first attempt at an unknown server (undefined: Fedify's own choice). */
export const firstKnock = (mode) => SPEC[ONLY[mode]];

function dialectOf(headers) {
  if (headers.has("Signature-Input")) return "rfc9421";
  return headers.has("Signature") ? "cavage" : "unsigned";
}

const perDialect = () => ({ cavage: 0, rfc9421: 0, unsigned: 0 });

/** Return fresh counters; the control API shows them as they are. */
export function newCounters() {
  return {
    verified: perDialect(), // deliveries taken in: signature verified by Fedify, and Fedify answered 2xx
    refused: perDialect(), // deliveries answered 4xx or 5xx here
    refusals: [], // why, one sentence per refused delivery
    sent: perDialect(), // deliveries another server answered 2xx
    fetched: perDialect(), // GETs that left this process
    withheld: 0, // knocks in the dialect that this mode does not speak: never sent
    strangers: [], // addresses beyond loopback that somebody's document made Fedify ask for: never sent
  };
}

/**
 * Stand between Fedify and the network. Fedify offers no way to inject an HTTP client, so the global fetch is wrapped:
 *
 * 1. WebFinger of a handle goes to http on loopback. Fedify builds https addresses for `acct:` resources, always
 *    (only the lookup of a full http address stays http); a test server has no certificate.
 * 2. Nothing leaves loopback. Contexts that Fedify does not carry along would be fetched from the world: here this
 *    fails and is listed under `strangers`.
 * 3. In a one-dialect mode the other dialect is never sent. Fedify's double knock cannot be switched off: it signs in
 *    the other dialect after any answer >= 400. That second request stops here, with the first one's answer, so that
 *    Fedify reports what the other server really said.
 *
 * @param within () → {mode, counters, refusals} of the server that fetches; *refusals* keeps, for each address, the
 *     status of the last refusal
 */
export function guardFetch(within) {
  const send = globalThis.fetch;

  globalThis.fetch = async (input, init) => {
    const { mode, counters, refusals } = within();
    const request = new Request(input, init);
    const url = new URL(request.url);
    if (url.hostname !== "127.0.0.1") {
      counters.strangers.push(url.href);
      throw new TypeError(`not on loopback: ${url.href}`);
    }
    const dialect = dialectOf(request.headers);
    if (ONLY[mode] != null && dialect !== "unsigned" && dialect !== ONLY[mode]) {
      counters.withheld++;
      return new Response("withheld: this peer does not speak that dialect", {
        status: refusals.get(url.href) ?? 401,
      });
    }
    const isHttps = url.protocol === "https:";
    if (isHttps) url.protocol = "http:";
    const response = isHttps ? await send(url, init) : await send(request);
    if (response.status >= 400) refusals.set(url.href, response.status);
    if (request.method !== "POST") counters.fetched[dialect]++;
    else if (response.ok) counters.sent[dialect]++;
    return response;
  };
}

/**
 * Return the handler of deliveries. Each must carry an HTTP signature in a dialect of this mode, whatever else vouches
 * for it: Fedify alone would be content with a Linked Data signature or an object proof inside the body, and then
 * would not look at the HTTP signature that these tests are about. The verification is Fedify's both times.
 *
 * @param loader () → the document loader that fetches keys
 * @param pass (request) → Fedify's own answer
 * @param dialects activity id → dialect it arrived in, filled here
 */
export function makeDoor({ mode, counters, loader, pass, dialects }) {
  return async (request) => {
    const dialect = dialectOf(request.headers);
    const refuse = (status, reason) => {
      counters.refused[dialect]++;
      counters.refusals.push(`${dialect}: ${reason}`);
      return new Response(reason, { status });
    };
    if (dialect === "unsigned") return refuse(401, "a delivery must be signed");
    if (ONLY[mode] != null && dialect !== ONLY[mode]) return refuse(401, `this server understands ${ONLY[mode]} only`);
    const result = await verifyRequestDetailed(request, { spec: SPEC[dialect], documentLoader: await loader() });
    if (!result.verified) return refuse(401, `signature not verified: ${JSON.stringify(result.reason)}`);
    const { id } = await request.clone().json().catch(() => ({}));
    dialects.set(id, dialect);
    const response = await pass(request);
    if (!response.ok) return refuse(response.status, await response.text());
    counters.verified[dialect]++;
    return response;
  };
}

/** Return the node:http listener that answers with *handle*: fetch's Request → Response. */
export function listener(origin, handle) {
  return async (incoming, outgoing) => {
    const chunks = await Array.fromAsync(incoming);
    const request = new Request(new URL(incoming.url, origin), {
      method: incoming.method,
      headers: Object.entries(incoming.headersDistinct).flatMap(([name, values]) => values.map((v) => [name, v])),
      body: chunks.length > 0 ? Buffer.concat(chunks) : undefined,
    });
    const response = await handle(request).catch((error) => {
      console.error(error);
      return new Response(String(error), { status: 500 });
    });
    outgoing.writeHead(response.status, Object.fromEntries(response.headers));
    outgoing.end(Buffer.from(await response.arrayBuffer()));
  };
}
