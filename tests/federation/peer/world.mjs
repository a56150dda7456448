// The peer's actors, notes and followers, all in memory, and how Fedify serves them and takes deliveries in.

import { createExponentialBackoffPolicy, createFederation, InProcessMessageQueue, MemoryKvStore } from "@fedify/fedify";
import {
  Accept, Activity, Application, Endpoints, Follow, Note, Person, PUBLIC_COLLECTION, QuoteAuthorization, Reject, Tombstone, Undo,
} from "@fedify/vocab";
import { Temporal } from "@js-temporal/polyfill";
import { firstKnock } from "./wire.mjs";

/** The server's own actor. It signs fetches and is shown to all, else two strict servers would wait for each other. */
const INSTANCE = "instance";

/** As Fedify's own key generator makes them, but of 2048 bits, like most servers: 4096 take seconds. */
const RSA = {
  name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]),
};

export class World {
  actors = new Map(); // name → { keys, followers, following, notes, … }
  sent = new Map(); // activity id → activity, so that it can be undone
  received = []; // what verified deliveries said, in the order in which they were processed
  dialects = new Map(); // activity id → the dialect it arrived in
  #waiting = new Set();

  constructor(origin, mode) {
    this.federation = createFederation({
      kv: new MemoryKvStore(),
      origin,
      allowPrivateAddress: true, // loopback is a private address
      firstKnock: firstKnock(mode),
      // Deliveries in are queued, so that an Accept is never sent inside the request that brought the Follow.
      // Deliveries out are not: a control call answers when the other server has, and tells what it said.
      queue: { inbox: new InProcessMessageQueue() },
      inboxRetryPolicy: createExponentialBackoffPolicy({
        initialDelay: { milliseconds: 100 }, maxDelay: { seconds: 1 }, maxAttempts: 4,
      }),
    });
    this.ctx = this.federation.createContext(new URL(origin), undefined);
    this.#serve(mode === "authorized-fetch");
    this.#listen();
  }

  /** Make the server's own actor; needed before anything is fetched. */
  async open() {
    await this.addActor(INSTANCE, {});
  }

  /** Make an actor. *follows*: what a Follow of it gets, "accept", "reject" or "hold" (no answer). */
  async addActor(name, { follows = "accept", aliases = [] }) {
    this.actors.set(name, {
      keys: [
        await crypto.subtle.generateKey(RSA, true, ["sign", "verify"]),
        await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]),
      ],
      follows, aliases: aliases.map((uri) => new URL(uri)),
      summary: null, movedTo: null, gone: false,
      followers: new Map(), following: new Set(), notes: new Map(), stamps: new Map(), creates: [],
    });
  }

  actor(name) {
    const actor = this.actors.get(name);
    if (actor == null) throw new Error(`no actor named ${name} here`);
    return actor;
  }

  /** Return the loader that signs its fetches as the server's own actor, and keeps no copies. */
  loader() {
    return this.ctx.getDocumentLoader({ identifier: INSTANCE });
  }

  /** Return the actor's document as Fedify's value. */
  async person(name) {
    const { aliases, gone, movedTo, summary } = this.actor(name);
    const id = this.ctx.getActorUri(name);
    if (gone) return new Tombstone({ id });
    const keys = await this.ctx.getActorKeyPairs(name);
    return new (name === INSTANCE ? Application : Person)({
      id, summary, aliases,
      preferredUsername: name,
      name: `${name} of the peer`,
      inbox: this.ctx.getInboxUri(name),
      outbox: this.ctx.getOutboxUri(name),
      followers: this.ctx.getFollowersUri(name),
      following: this.ctx.getFollowingUri(name),
      endpoints: new Endpoints({ sharedInbox: this.ctx.getInboxUri() }),
      publicKey: keys[0].cryptographicKey,
      assertionMethods: keys.map((key) => key.multikey),
      successor: movedTo,
    });
  }

  /** Make and keep a public note; *extra* are more of Fedify's Note values. Return it. */
  note(name, content, extra = {}) {
    const id = crypto.randomUUID();
    const note = new Note({
      id: this.ctx.getObjectUri(Note, { identifier: name, id }),
      attribution: this.ctx.getActorUri(name),
      to: PUBLIC_COLLECTION,
      ccs: [this.ctx.getFollowersUri(name)],
      content,
      published: Temporal.Now.instant(),
      ...extra,
    });
    this.actor(name).notes.set(id, note);
    return note;
  }

  /** Return what was received after number *after*, waiting for at most *waitMs* when there is nothing yet. */
  async receivedAfter(after, waitMs) {
    if (this.received.length <= after && waitMs > 0) {
      await new Promise((resolve) => {
        const wake = () => {
          clearTimeout(timer);
          this.#waiting.delete(wake);
          resolve();
        };
        const timer = setTimeout(wake, waitMs);
        this.#waiting.add(wake);
      });
    }
    return this.received.slice(after);
  }

  #serve(strict) {
    // "Secure mode": nothing but the server's own actor (and WebFinger) is shown to a request without a good signature.
    const authorize = async (ctx, target) =>
      !strict || target === INSTANCE || (await ctx.getSignedKeyOwner({ documentLoader: await this.loader() })) != null;
    const all = (pick) => async (_ctx, name) => this.actors.has(name) ? { items: await pick(this.actor(name)) } : null;

    // Where people of this server confirm what they were about to do elsewhere (FEP-3b86).
    this.federation.setWebFingerLinksDispatcher((ctx) => [
      { rel: "https://w3id.org/fep/3b86/Follow", template: `${ctx.origin}/intents/follow?object={object}&then={on-success}` },
    ]);
    this.federation
      .setActorDispatcher("/users/{identifier}", (_ctx, name) => this.actors.has(name) ? this.person(name) : null)
      .mapHandle((_ctx, username) => this.actors.has(username) ? username : null)
      .setKeyPairsDispatcher((_ctx, name) => this.actor(name).keys)
      .authorize(authorize);
    this.federation
      .setObjectDispatcher(Note, "/users/{identifier}/notes/{id}",
        (_ctx, { identifier, id }) => this.actors.get(identifier)?.notes.get(id) ?? null)
      .authorize(authorize);
    this.federation
      .setObjectDispatcher(QuoteAuthorization, "/users/{identifier}/stamps/{id}",
        (_ctx, { identifier, id }) => this.actors.get(identifier)?.stamps.get(id) ?? null)
      .authorize(authorize);
    // An Accept embeds our Follow under the other server's name; Fedify does not believe it and fetches it from here.
    this.federation
      .setObjectDispatcher(Follow, "/users/{identifier}/follows/{id}",
        (ctx, values) => this.sent.get(ctx.getObjectUri(Follow, values).href) ?? null)
      .authorize(authorize);
    this.federation
      .setFollowersDispatcher("/users/{identifier}/followers", all((actor) => [...actor.followers.values()]))
      .authorize(authorize);
    this.federation
      .setFollowingDispatcher("/users/{identifier}/following",
        all((actor) => [...actor.following].map((uri) => new URL(uri))))
      .authorize(authorize);
    this.federation
      .setOutboxDispatcher("/users/{identifier}/outbox", all((actor) => actor.creates))
      .authorize(authorize);
  }

  #listen() {
    this.federation
      .setInboxListeners("/users/{identifier}/inbox", "/inbox")
      .setSharedKeyDispatcher(() => ({ identifier: INSTANCE }))
      // Each takes the JSON down first: what Fedify fetches afterwards, it puts into the activity.
      .on(Follow, async (ctx, follow) => {
        const raw = await follow.toJsonLd();
        await this.#answer(ctx, follow);
        await this.#record(ctx, follow, raw);
      })
      .on(Accept, async (ctx, accept) => {
        const raw = await accept.toJsonLd();
        const follow = await accept.getObject({ ...ctx, documentLoader: await this.loader() });
        if (follow instanceof Follow) this.#mine(ctx, follow.actorId)?.following.add(accept.actorId.href);
        await this.#record(ctx, accept, raw);
      })
      .on(Reject, async (ctx, reject) => {
        for (const actor of this.actors.values()) actor.following.delete(reject.actorId.href);
        await this.#record(ctx, reject, await reject.toJsonLd());
      })
      .on(Undo, async (ctx, undo) => {
        const raw = await undo.toJsonLd();
        const follow = await undo.getObject({ ...ctx, documentLoader: await this.loader() });
        if (follow instanceof Follow) this.#mine(ctx, follow.objectId)?.followers.delete(undo.actorId.href);
        await this.#record(ctx, undo, raw);
      })
      .on(Activity, async (ctx, activity) => this.#record(ctx, activity, await activity.toJsonLd()))
      .onError((_ctx, error) => console.error(error));
  }

  #mine(ctx, uri) {
    const parsed = ctx.parseUri(uri);
    return parsed?.type === "actor" ? this.actors.get(parsed.identifier) : undefined;
  }

  async #answer(ctx, follow) {
    const followed = this.#mine(ctx, follow.objectId);
    if (followed == null || followed.follows === "hold") return;
    const follower = await follow.getActor({ ...ctx, documentLoader: await this.loader() });
    if (follower == null) throw new Error(`cannot read the follower ${follow.actorId}`);
    const accepts = followed.follows === "accept";
    if (accepts) followed.followers.set(follower.id.href, follower);
    const { identifier } = ctx.parseUri(follow.objectId);
    await ctx.sendActivity({ identifier }, follower, new (accepts ? Accept : Reject)({
      id: new URL(`#answers/${crypto.randomUUID()}`, follow.objectId),
      actor: follow.objectId,
      object: follow,
    }));
  }

  /** Note what arrived: the JSON as it came, and the object as Fedify read it (fetched, where it was only named). */
  async #record(ctx, activity, raw) {
    const object = await activity.getObject({ ...ctx, documentLoader: await this.loader(), suppressError: true });
    this.received.push({
      number: this.received.length + 1,
      type: activity.constructor.name,
      id: activity.id?.href ?? null,
      actor: activity.actorId.href,
      inbox: ctx.recipient,
      dialect: this.dialects.get(activity.id?.href) ?? null,
      object_id: activity.objectId?.href ?? null,
      object: await object?.toJsonLd({ contextLoader: ctx.contextLoader, format: "compact" }) ?? null,
      raw,
    });
    for (const wake of this.#waiting) wake();
  }
}
