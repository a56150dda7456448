// What a test may ask of the peer: one function per action, JSON in and JSON out, under /control/.

import { FetchError, getDocumentLoader } from "@fedify/fedify";
import {
  Accept, Announce, Block, Create, Delete, Follow, InteractionPolicy, InteractionRule, isActor, Like, Mention, Move,
  Object as AnyObject, PUBLIC_COLLECTION, QuoteAuthorization, QuoteRequest, Tombstone, Undo, Update,
} from "@fedify/vocab";

/** Return what Fedify makes of *uri* or handle, or throw: an actor or object, fetched signed. */
async function find(world, uriOrHandle) {
  const found = await world.ctx.lookupObject(uriOrHandle, { documentLoader: await world.loader() });
  if (found == null) throw new Error(`Fedify cannot find or read ${uriOrHandle}`);
  return found;
}

async function findActor(world, uriOrHandle) {
  const found = await find(world, uriOrHandle);
  if (!isActor(found)) throw new Error(`${uriOrHandle} is no actor`);
  return found;
}

/** Return the actor who made the object at *uri*. */
async function findAuthor(world, uri) {
  const { attributionId } = await find(world, uri);
  if (attributionId == null) throw new Error(`${uri} names no author`);
  return await findActor(world, attributionId.href);
}

/** Send *activity* to *recipients*: an actor, or "followers" (through shared inboxes, as other servers do it). */
async function send(world, as, recipients, activity) {
  world.sent.set(activity.id.href, activity);
  const preferSharedInbox = recipients === "followers";
  await world.ctx.sendActivity({ identifier: as }, recipients, activity, { preferSharedInbox });
  return { id: activity.id.href };
}

/** Return what every activity of *as* carries. */
function by(world, as) {
  const actor = world.ctx.getActorUri(as);
  return { id: new URL(`#activities/${crypto.randomUUID()}`, actor), actor };
}

const own = (world, as, uri) => {
  const parsed = world.ctx.parseUri(new URL(uri));
  const note = parsed?.type === "object" ? world.actor(as).notes.get(parsed.values.id) : undefined;
  if (note == null) throw new Error(`${uri} is no note of ${as}`);
  return { note, id: parsed.values.id };
};

const ACTIONS = {
  async actor(world, { name, follows, aliases }) {
    await world.addActor(name, { follows, aliases });
    return { uri: world.ctx.getActorUri(name).href };
  },

  async follow(world, { as, whom }) {
    const actor = await findActor(world, whom);
    const id = world.ctx.getObjectUri(Follow, { identifier: as, id: crypto.randomUUID() });
    return await send(world, as, actor, new Follow({ ...by(world, as), id, object: actor.id }));
  },

  async undo(world, { as, activity }) {
    const undone = world.sent.get(activity);
    if (undone == null) throw new Error(`${activity} was not sent from here`);
    const target = undone.objectId.href;
    const recipient = undone instanceof Follow || undone instanceof Block
      ? await findActor(world, target) : await findAuthor(world, target);
    if (undone instanceof Follow) world.actor(as).following.delete(target);
    return await send(world, as, recipient, new Undo({ ...by(world, as), object: undone }));
  },

  async publish(world, { as, content, quotable = false }) {
    const canQuote = new InteractionRule({ automaticApproval: PUBLIC_COLLECTION });
    const note = world.note(as, content, quotable ? { interactionPolicy: new InteractionPolicy({ canQuote }) } : {});
    const create = new Create({ ...by(world, as), object: note, tos: note.toIds, ccs: note.ccIds });
    world.actor(as).creates.push(create);
    return { ...(await send(world, as, "followers", create)), object: note.id.href };
  },

  async reply(world, { as, to, content }) {
    const author = await findAuthor(world, to);
    const note = world.note(as, content, {
      replyTarget: new URL(to),
      ccs: [author.id, world.ctx.getFollowersUri(as)],
      tags: [new Mention({ href: author.id })],
    });
    const create = new Create({ ...by(world, as), object: note, tos: note.toIds, ccs: note.ccIds });
    world.actor(as).creates.push(create);
    return { ...(await send(world, as, author, create)), object: note.id.href };
  },

  // FEP-044f: ask to quote, permit it, take that back.
  async quote(world, { as, object, content }) {
    const note = world.note(as, content, { quote: new URL(object) });
    const request = new QuoteRequest({ ...by(world, as), object: new URL(object), instrument: note.id });
    return { ...(await send(world, as, await findAuthor(world, object), request)), object: note.id.href };
  },

  async permit(world, { as, request, note, instrument, to }) {
    const values = { identifier: as, id: crypto.randomUUID() };
    const stamp = new QuoteAuthorization({
      id: world.ctx.getObjectUri(QuoteAuthorization, values),
      attribution: world.ctx.getActorUri(as),
      interactingObject: new URL(instrument),
      interactionTarget: new URL(note),
    });
    world.actor(as).stamps.set(values.id, stamp);
    const asked = new QuoteRequest({
      id: new URL(request), actor: new URL(to), object: new URL(note), instrument: new URL(instrument),
    });
    const accept = new Accept({ ...by(world, as), object: asked, result: stamp.id });
    return { ...(await send(world, as, await findActor(world, to), accept)), object: stamp.id.href };
  },

  async revoke(world, { as, stamp, to }) {
    const { values } = world.ctx.parseUri(new URL(stamp));
    const revoked = world.actor(as).stamps.get(values.id);
    world.actor(as).stamps.delete(values.id);
    const gone = new Delete({ ...by(world, as), object: revoked, to: PUBLIC_COLLECTION });
    return await send(world, as, await findActor(world, to), gone);
  },

  async like(world, { as, object }) {
    const author = await findAuthor(world, object);
    return await send(world, as, author, new Like({ ...by(world, as), object: new URL(object) }));
  },

  async announce(world, { as, object }) {
    const author = await findAuthor(world, object);
    return await send(world, as, author, new Announce({
      ...by(world, as), object: new URL(object), to: PUBLIC_COLLECTION, ccs: [author.id, world.ctx.getFollowersUri(as)],
    }));
  },

  async "edit-note"(world, { as, note, content, to }) {
    const { note: old, id } = own(world, as, note);
    const edited = old.clone({ content });
    world.actor(as).notes.set(id, edited);
    const recipients = to == null ? "followers" : await findActor(world, to);
    return await send(world, as, recipients, new Update({
      ...by(world, as), object: edited, tos: old.toIds, ccs: old.ccIds,
    }));
  },

  async "delete-note"(world, { as, note, to }) {
    const { note: old, id } = own(world, as, note);
    world.actor(as).notes.delete(id);
    const recipients = to == null ? "followers" : await findActor(world, to);
    return await send(world, as, recipients, new Delete({
      ...by(world, as), object: new Tombstone({ id: old.id }), to: PUBLIC_COLLECTION,
    }));
  },

  async "update-actor"(world, { as, summary, to }) {
    world.actor(as).summary = summary;
    return await send(world, as, await findActor(world, to), new Update({
      ...by(world, as), object: await world.person(as), to: PUBLIC_COLLECTION,
    }));
  },

  async "delete-actor"(world, { as, to }) {
    const recipient = await findActor(world, to);
    const uri = world.ctx.getActorUri(as);
    const sent = await send(world, as, recipient, new Delete({ ...by(world, as), object: uri, to: PUBLIC_COLLECTION }));
    world.actor(as).gone = true;
    return sent;
  },

  async block(world, { as, whom }) {
    const actor = await findActor(world, whom);
    return await send(world, as, actor, new Block({ ...by(world, as), object: actor.id }));
  },

  async move(world, { as, target, to }) {
    const recipient = await findActor(world, to);
    world.actor(as).movedTo = new URL(target);
    return await send(world, as, recipient, new Move({
      ...by(world, as), object: world.ctx.getActorUri(as), target: new URL(target), to: PUBLIC_COLLECTION,
    }));
  },

  async fetch(world, { uri, signed = true }) {
    const documentLoader = signed ? await world.loader() : getDocumentLoader({ allowPrivateAddress: true });
    try {
      const { document, documentUrl } = await documentLoader(uri);
      const baseUrl = new URL(documentUrl);
      const object = await AnyObject.fromJsonLd(document, { ...world.ctx, documentLoader, baseUrl });
      return { status: 200, type: object.constructor.name, id: object.id?.href ?? null, document };
    } catch (error) {
      if (!(error instanceof FetchError) || error.response == null) throw error;
      return { status: error.response.status, type: null, id: null, document: null };
    }
  },

  async lookup(world, { whom }) {
    const actor = await findActor(world, whom);
    return await actor.toJsonLd({ contextLoader: world.ctx.contextLoader, format: "compact" });
  },

  async traverse(world, { uri }) {
    const documentLoader = await world.loader();
    const collection = await find(world, uri);
    const items = [];
    for await (const item of world.ctx.traverseCollection(collection, { documentLoader })) {
      items.push({ type: item.constructor.name, id: (item.id ?? item).href });
    }
    return { total: collection.totalItems, items };
  },

  /** Change a note for followers alone, and say with it which of them are at each server (FEP-8fcf). */
  async whisper(world, { as, content }) {
    const followers = world.ctx.getFollowersUri(as);
    const note = world.note(as, content, { to: followers, ccs: [] });
    const update = new Update({ ...by(world, as), object: note, to: followers });
    world.sent.set(update.id.href, update);
    const options = { preferSharedInbox: true, syncCollection: true };
    await world.ctx.sendActivity({ identifier: as }, "followers", update, options);
    return { id: update.id.href };
  },

  /** Lose a follower, without a word. */
  async "lose-follower"(world, { as, uri }) {
    const lost = world.actor(as).followers.delete(uri);
    if (!lost) throw new Error(`${uri} does not follow ${as}`);
    return {};
  },

  async relations(world, { name }) {
    const { followers, following } = world.actor(name);
    return { followers: [...followers.keys()], following: [...following] };
  },
};

/** Return the answer to a request under /control/. */
export async function control(world, counters, request) {
  const url = new URL(request.url);
  const action = url.pathname.slice("/control/".length);
  if (action === "counters") return Response.json(counters);
  if (action === "received") {
    const [after, waitMs] = ["after", "wait_ms"].map((name) => Number(url.searchParams.get(name)));
    return Response.json(await world.receivedAfter(after, waitMs));
  }
  if (!Object.hasOwn(ACTIONS, action)) return Response.json({ error: `no action ${action}` }, { status: 404 });
  try {
    return Response.json(await ACTIONS[action](world, await request.json()));
  } catch (error) {
    console.error(error);
    // A SendActivityError tells what the other server answered to a delivery; nothing else has a statusCode.
    return Response.json({ error: error.message, status: error.statusCode ?? null }, { status: 502 });
  }
}
