/* Hazelcast, the Open Binary Client Protocol 2 of version 4.0 and later (its own document, and
 * github.com/hazelcast/hazelcast-client-protocol).
 *
 *     > CP2, ClientAuthentication            < status 0: let in, and the member's version; or another status
 *     > Client.getDistributedObjects         < names of maps, queues and the like
 *     > Map.size of a listed one             < entries; or an error
 *     > MC.getClusterMetadata                < state and version of the cluster; or an error
 *     > Client.addClusterViewListener        < the members of the cluster, which every client is told; for this
 *                                              connection alone
 *
 * The first names the cluster as a member is shipped ("dev") and no user. To name another is refused in the same
 * words as a missing password, so that a refusal says nothing. Where security is on, the size of a map
 * needs the right to read it, and the state of the cluster the right to manage it (MapPermission,
 * ManagementPermission): either decides. Only maps that were listed are named, since to name one makes it.
 *
 * A message is frames: a length (le32, itself included), flags (le16) and content; the first holds what it is. */
#include "base/list.h"
#include "base/reader.h"
#include "probe/frame.h"
#include "probe/probe.h"
#include "record/peer.h"

enum {
    FLAG_FINAL = 1 << 13,
    FLAG_BEGIN = 1 << 12,
    FLAG_END = 1 << 11,
    FLAG_NULL = 1 << 10,
    FRAMES_MAX = 20000,
    FRAME_MAX_BYTES = 256 * 1024,
    MESSAGE_MAX_BYTES = 1024 * 1024,
    MAPS_ASKED = 32,
    OBJECTS_MAX = 4000,
    METADATA_BYTES = 9, /* a state and a time; later versions say more */
    VIEW_MESSAGES = 4, /* an answer, the members, the partitions */
    ERROR_TYPE = 0,
    MEMBERS = 0x000302,
    AUTHENTICATION = 0x000101, OBJECTS = 0x000801, METADATA = 0x200e01, MAP_SIZE = 0x012a01,
};

/* A frame of content; the first of a message says type, number and "no partition". */
#define BODY(length, flags, content) length "\0\0\0" flags content
#define FIRST(length, flags, type, number) BODY(length, flags, type number "\0\0\0\0\0\0\0" "\xff\xff\xff\xff")
#define NULL_FRAME BODY("\x06", "\0\x04", "")
static const struct ask HAZELCAST_HELLO = ASK_FIXED("hazelcast.hello",
    "whether who names no user is let in to a cluster with the name that it is shipped with; and its version",
    "CP2"
    BODY("\x28", "\0\xc0", "\0\x01\0\0" "\x01\0\0\0\0\0\0\0" "\xff\xff\xff\xff"
         "\0" "\x3e\xb1\x5e\x07\x91\xd2\x4a\x65" "\x80\x4e\x1d\x77\xc0\x9a\x52\x13" "\x01")
    BODY("\x09", "\0\0", "dev") NULL_FRAME NULL_FRAME
    BODY("\x09", "\0\0", "AJR") BODY("\x09", "\0\0", "5.0") BODY("\x0a", "\0\0", "ajar")
    BODY("\x06", "\0\x10", "") BODY("\x06", "\0\x28", ""));
static const struct ask HAZELCAST_OBJECTS = ASK_FIXED("hazelcast.objects", "names maps, queues and the like",
    FIRST("\x16", "\0\xe0", "\0\x08\0\0", "\x02"));
static const struct ask HAZELCAST_METADATA = ASK_FIXED("hazelcast.metadata",
    "state and version of the cluster, for those who may manage it", FIRST("\x16", "\0\xe0", "\0\x0e\x20\0", "\x03"));
static const struct ask HAZELCAST_VIEW = ASK_FIXED("hazelcast.members",
    "names the members of the cluster, for as long as this connection is there",
    FIRST("\x16", "\0\xe0", "\0\x03\0\0", "\x05"));
static const struct ask HAZELCAST_SIZE = {
    .name = "hazelcast.size",
    .why = "how many entries a listed map has, for those who may read it",
    .parts = { ASK_BYTES(FIRST("\x16", "\0\xc0", "\0\x2a\x01\0", "\x04")), ASK_LE(4, 3, 4, 6), ASK_BYTES("\0\x20"),
               ASK_HOLE("map", 512, HOLE_ANY) },
};

/* The flags are the head's last two bytes. */
static const struct frame_form HAZELCAST_FORM = { .head = 6, .width = 4, .little = true, .counted = 6,
                                                  .most = FRAME_MAX_BYTES };

/* ---- messages ----------------------------------------------------------------------------------- */

struct part {
    uint16_t flags;
    struct span content;
};

struct message {
    uint32_t type;
    struct span fixed; /* behind type, number and the count of backups */
    LIST_OF(struct part) parts; /* behind the first frame */
};

static uint16_t hazelcast_flags(struct span head)
{
    struct verdict v;
    struct reader r = reader_over(&v, head);
    reader_skip(&r, 4);
    return reader_le16(&r);
}

/* The answer to request `number`. */
static bool hazelcast_read(struct wire *w, uint64_t number, struct message *ret)
{
    struct verdict v;
    struct frame f;
    size_t total = 0;
    *ret = (struct message){ .type = 0 };
    if (!frame_read(w, &HAZELCAST_FORM, &f))
        return false;
    struct reader r = reader_over(&v, f.body);
    ret->type = reader_le32(&r);
    uint64_t answers = reader_le64(&r);
    reader_u8(&r);
    ret->fixed = reader_rest(&r);
    if (!reader_ok(&r) || answers != number)
        return wire_fail(w);
    for (size_t i = 0; i < FRAMES_MAX && !(hazelcast_flags(f.head) & FLAG_FINAL); i++) {
        if (!frame_read(w, &HAZELCAST_FORM, &f))
            return false;
        struct part *kept = list_add(wire_arena(w), &ret->parts);
        if (!kept || (total += f.body.len + 6) > MESSAGE_MAX_BYTES)
            return wire_fail(w);
        *kept = (struct part){ hazelcast_flags(f.head), f.body };
    }
    return hazelcast_flags(f.head) & FLAG_FINAL ? true : wire_fail(w);
}

/* The class of the first error that it tells: "com.hazelcast...SecurityException"; empty where there is none. */
static struct span hazelcast_error(const struct message *m)
{
    for (size_t i = 0; m->type == ERROR_TYPE && i < m->parts.len && i < 6; i++)
        if (!(m->parts.at[i].flags & (FLAG_BEGIN | FLAG_END | FLAG_NULL)) && m->parts.at[i].content.len > 4)
            return m->parts.at[i].content;
    return SPAN_NONE;
}

/* ---- the conversation --------------------------------------------------------------------------- */

struct object {
    struct span service, name;
};

struct objects {
    LIST_OF(struct object) list;
};

/* BEGIN, then BEGIN, service, name, END for each, END. */
static bool hazelcast_objects(struct arena *a, const struct message *m, struct objects *ret)
{
    size_t i = 1;
    if (m->parts.len < 2 || !(m->parts.at[0].flags & FLAG_BEGIN))
        return false;
    while (i + 4 <= m->parts.len && m->parts.at[i].flags & FLAG_BEGIN) {
        const struct part *p = &m->parts.at[i++];
        struct object *kept = ret->list.len < OBJECTS_MAX ? list_add(a, &ret->list) : NULL;
        if (!kept || (p[1].flags | p[2].flags) & (FLAG_BEGIN | FLAG_END | FLAG_NULL))
            return false;
        *kept = (struct object){ p[1].content, p[2].content };
        /* what later versions add to it */
        while (i < m->parts.len && !(m->parts.at[i].flags & FLAG_END))
            i++;
        i++;
    }
    return i == m->parts.len - 1 && m->parts.at[i].flags & FLAG_END;
}

/* Those of its own: "__jet.records", "__sql.catalog". */
static bool hazelcast_is_own(struct span name)
{
    return span_starts(name, SPAN("__"));
}

/* Entries of a map; -1 where they are not told. */
static int64_t hazelcast_size(struct wire *w, struct span map, struct span *ret_error)
{
    struct verdict v;
    struct message m;
    if (!wire_ask_with(w, &HAZELCAST_SIZE, &map, 1) || !hazelcast_read(w, 4, &m))
        return -1;
    struct reader r = reader_over(&v, m.fixed);
    uint32_t n = m.type == MAP_SIZE ? reader_le32(&r) : UINT32_MAX;
    *ret_error = hazelcast_error(&m);
    return reader_ok(&r) && n <= INT32_MAX ? (int64_t)n : -1;
}

/* Collects all objects; *ret_read: a size was told, *ret_error: why one was not. */
static void hazelcast_count(struct wire *w, struct observation *o, const struct objects *objects, bool *ret_read,
                            struct span *ret_error)
{
    size_t asked = 0;
    int64_t own = 0;
    bool partial = false;
    o->collection_count = 0;
    for (size_t i = 0; i < objects->list.len; i++) {
        const struct object *object = &objects->list.at[i];
        bool is_map = span_is(object->service, "hz:impl:mapService");
        int64_t size = -1;
        if (hazelcast_is_own(object->name)) {
            own++;
            continue;
        }
        if (is_map && asked++ < MAPS_ASKED && wire_ok(w))
            size = hazelcast_size(w, object->name, ret_error);
        *ret_read |= size >= 0;
        partial |= size < 0;
        observation_collect(o, object->name, size, COUNT_UNKNOWN, COUNT_UNKNOWN);
    }
    fact_number(o, "collections.system", own, HAZELCAST_OBJECTS.name, SPAN_NONE);
    if (partial && o->records >= 0)
        fact_bool(o, "counts.partial", true, HAZELCAST_SIZE.name, SPAN_NONE);
}

static bool is_content(const struct part *p)
{
    return !(p->flags & (FLAG_BEGIN | FLAG_END | FLAG_NULL));
}

/* Of each member the first group inside it, which is its address: a port, a host. */
static void hazelcast_members(const struct message *m, struct writer *peers)
{
    unsigned depth = 0;
    bool named = false;
    for (size_t i = 0; i + 2 < m->parts.len; i++) {
        const struct part *p = &m->parts.at[i];
        depth += p->flags & FLAG_BEGIN ? 1 : 0;
        depth -= p->flags & FLAG_END && depth ? 1 : 0;
        named = named && depth >= 2;
        if (!(p->flags & FLAG_BEGIN) || depth != 3 || named || !is_content(p + 1) || !is_content(p + 2))
            continue;
        struct verdict v;
        struct reader r = reader_over(&v, p[1].content);
        uint32_t port = reader_le32(&r);
        named = true;
        if (reader_ok(&r))
            peer_put(peers, p[2].content, port);
    }
}

static void hazelcast_peers(struct wire *w, struct observation *o)
{
    uint8_t text[FACT_TEXT_MAX];
    struct writer peers = writer_over(text, sizeof(text));
    struct message m = { 0 };
    if (!wire_ask(w, &HAZELCAST_VIEW))
        return;
    for (int i = 0; i < VIEW_MESSAGES && m.type != MEMBERS; i++)
        if (!hazelcast_read(w, 5, &m) || m.type == ERROR_TYPE)
            return;
    if (m.type == MEMBERS)
        hazelcast_members(&m, &peers);
    if (peers.len)
        fact_text(o, "peers", writer_span(&peers), HAZELCAST_VIEW.name, SPAN_NONE);
}

static enum outcome hazelcast_inside(struct wire *w, struct observation *o)
{
    struct message m;
    struct objects objects = { 0 };
    struct span error = SPAN_NONE;
    bool read = false;
    if (!wire_ask(w, &HAZELCAST_OBJECTS) || !hazelcast_read(w, 2, &m) || m.type != OBJECTS ||
        !hazelcast_objects(wire_arena(w), &m, &objects))
        return OUTCOME_UNCLEAR;
    hazelcast_count(w, o, &objects, &read, &error);
    const char *ask = HAZELCAST_SIZE.name;
    if (!read && wire_ok(w) && wire_ask(w, &HAZELCAST_METADATA) && hazelcast_read(w, 3, &m)) {
        ask = HAZELCAST_METADATA.name;
        read = m.type == METADATA && m.fixed.len >= METADATA_BYTES;
        error = m.type == METADATA ? SPAN_NONE : hazelcast_error(&m);
    }
    if (read) {
        fact_text(o, "auth", SPAN("none"), ask, SPAN_NONE);
        hazelcast_peers(w, o);
        return OUTCOME_OPEN;
    }
    if (!span_has(error, "AccessControlException") && !span_has(error, "SecurityException"))
        return OUTCOME_UNCLEAR;
    fact_text(o, "auth", SPAN("acl"), ask, error);
    fact_text(o, "rights", SPAN("names of maps and queues"), HAZELCAST_OBJECTS.name, SPAN_NONE);
    return OUTCOME_PARTIAL;
}

/* The text behind the member's address, which is none or stands between BEGIN and END. */
static struct span hazelcast_version(const struct message *m)
{
    size_t i = 0;
    if (m->parts.len && m->parts.at[0].flags & FLAG_BEGIN)
        while (i < m->parts.len && !(m->parts.at[i].flags & FLAG_END))
            i++;
    bool text = i + 1 < m->parts.len && !(m->parts.at[i + 1].flags & (FLAG_BEGIN | FLAG_END | FLAG_NULL));
    return text ? m->parts.at[i + 1].content : SPAN_NONE;
}

static enum outcome hazelcast_run(struct wire *w, struct observation *o)
{
    struct message m;
    if (wire_heard(w).len)
        return OUTCOME_NOT_MINE;
    wire_ask(w, &HAZELCAST_HELLO);
    if (!hazelcast_read(w, 1, &m) || m.type != AUTHENTICATION || m.fixed.len < 1 || m.fixed.at[0] > 3)
        return OUTCOME_NOT_MINE;
    o->product = "hazelcast";
    struct span version = hazelcast_version(&m);
    if (version.len)
        fact_text(o, "version", version, HAZELCAST_HELLO.name, version);
    if (m.fixed.at[0] == 0)
        return hazelcast_inside(w, o);
    fact_text(o, "refused", SPAN("the cluster is not named dev, or wants a login"), HAZELCAST_HELLO.name,
              SPAN_NONE);
    return OUTCOME_UNCLEAR;
}

extern const struct probe PROBE_HAZELCAST;
const struct probe PROBE_HAZELCAST = {
    .name = "hazelcast",
    .title = "Hazelcast",
    .products = { "hazelcast" },
    .kind = KIND_STORE,
    .ports = { 5701, 5702, 5703 },
    .at_home = true,
    .reacts = { .line = REACT_CLOSE, .tls = REACT_CLOSE, .http = REACT_CLOSE },
    .rank = 25,
    .proof = "the size of a listed map is told, or the state of the cluster, which needs the right to manage it",
    .counts = "maps, queues and the like; entries of maps",
    .asks = { &HAZELCAST_HELLO, &HAZELCAST_OBJECTS, &HAZELCAST_METADATA, &HAZELCAST_SIZE, &HAZELCAST_VIEW },
    .run = hazelcast_run,
};
