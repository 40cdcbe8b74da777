/* Aerospike, the info protocol on the port of its clients (aerospike.com, "Info command reference"; as_proto.h).
 *
 *     > build, edition, namespaces     < name, tab, value, a line each; or ERROR:80:not authenticated
 *     > namespace/NAME, sets/NAME      < objects=..;..; of the sets their names and objects
 *
 * Where security is on (Enterprise), all but the first two are refused to who has not logged in; the free
 * edition has no login. No record is read: these commands know none.
 *
 * A message is 2, 1, a length (be48), and lines. */
#include "base/reader.h"
#include "probe/frame.h"
#include "probe/name.h"
#include "probe/probe.h"

#include <stdio.h>

enum { NAMESPACES_MAX = 32, SETS_MAX = 2000, LINES_MAX = 8 };

static const struct ask AEROSPIKE_WHO = ASK_FIXED("aerospike.who",
    "states version and edition, and names the namespaces",
    "\x02\x01\0\0\0\0\0\x19" "build\nedition\nnamespaces\n");
static const struct ask AEROSPIKE_NAMESPACE = {
    .name = "aerospike.namespace",
    .why = "how many objects and bytes a listed namespace has, and its sets",
    .parts = { ASK_BYTES("\x02\x01\0\0"), ASK_BE(4, 2, 7, 0), ASK_BYTES("namespace/"),
               ASK_HOLE("namespace", 64, HOLE_NAME), ASK_BYTES("\nsets/"), ASK_HOLE("namespace", 64, HOLE_NAME),
               ASK_BYTES("\n") },
};

static const struct frame_form AEROSPIKE_FORM = { .head = 8, .at = 4, .width = 4, .least = 1, .most = 512 * 1024 };

/* The text of an answer. */
static bool aerospike_read(struct wire *w, struct span *ret)
{
    struct frame f;
    if (!frame_read(w, &AEROSPIKE_FORM, &f))
        return false;
    *ret = f.body;
    return span_starts(f.head, SPAN("\x02\x01\0\0")) ? true : wire_fail(w);
}

/* The value that stands behind "name\t" on a line of its own. */
static struct span aerospike_value(struct span text, struct span name)
{
    for (size_t i = 0; text.len && i < LINES_MAX; i++) {
        struct span line = span_cut(&text, '\n');
        if (span_starts(line, name) && line.len > name.len && line.at[name.len] == '\t')
            return span_from(line, name.len + 1);
    }
    return SPAN_NONE;
}

static bool aerospike_is_refused(struct span value)
{
    return span_starts(value, SPAN("ERROR:80")) || span_starts(value, SPAN("FAIL:80")) ||
           span_starts(value, SPAN("ERROR:81")) || span_has(value, "not authenticated");
}

/* A number of "name=value" in a list cut by `cut`; -1 where there is none. */
static int64_t aerospike_number(struct span list, uint8_t cut, const char *name)
{
    while (list.len) {
        struct span pair = span_cut(&list, cut);
        uint64_t n = 0;
        if (span_is(span_cut(&pair, '='), name))
            return span_u64(pair, INT64_MAX, &n) ? (int64_t)n : -1;
    }
    return -1;
}

static struct span aerospike_text(struct span list, uint8_t cut, const char *name, const char *too)
{
    while (list.len) {
        struct span pair = span_cut(&list, cut), key = span_cut(&pair, '=');
        if (span_is(key, name) || span_is(key, too))
            return pair;
    }
    return SPAN_NONE;
}

/* Of a namespace; what is stored more than once is counted once (master_objects). */
static bool aerospike_namespace(struct wire *w, struct observation *o, struct span name)
{
    struct span text, args[] = { name, name };
    char key[80];
    if (!wire_ask_with(w, &AEROSPIKE_NAMESPACE, args, 2) || !aerospike_read(w, &text))
        return false;
    snprintf(key, sizeof(key), "namespace/%.*s", (int)name.len, (const char *)name.at);
    struct span figures = aerospike_value(text, span_str(key));
    snprintf(key, sizeof(key), "sets/%.*s", (int)name.len, (const char *)name.at);
    struct span sets = aerospike_value(text, span_str(key));
    int64_t objects = aerospike_number(figures, ';', "objects");
    if (objects < 0)
        return false;
    int64_t bytes = aerospike_number(figures, ';', "data_used_bytes"); /* from 7.0 on */
    int64_t memory = aerospike_number(figures, ';', "memory_used_bytes");
    observation_collect(o, name, objects, bytes >= 0 ? bytes : memory, COUNT_UNKNOWN);
    for (size_t i = 0; sets.len && i < SETS_MAX; i++) {
        struct span set = aerospike_text(span_cut(&sets, ';'), ':', "set", "set_name");
        if (set.len) /* its objects are the namespace's */
            observation_collect(o, name_within(wire_arena(w), name, set), COUNT_UNKNOWN, COUNT_UNKNOWN, COUNT_UNKNOWN);
    }
    return true;
}

/* Whether a name may stand in a command: they are letters, digits, and - _ there. */
static bool aerospike_is_name(struct span name)
{
    for (size_t i = 0; i < name.len; i++) {
        uint8_t b = name.at[i];
        bool letter = (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') || (b >= '0' && b <= '9');
        if (!letter && b != '_' && b != '-' && b != '.')
            return false;
    }
    return name.len > 0 && name.len <= 64;
}

static enum outcome aerospike_inside(struct wire *w, struct observation *o, struct span names)
{
    size_t told = 0;
    bool partial = false;
    o->collection_count = 0;
    for (size_t i = 0; names.len && i < NAMESPACES_MAX; i++) {
        struct span name = span_cut(&names, ';');
        bool read = aerospike_is_name(name) && wire_ok(w) && aerospike_namespace(w, o, name);
        if (!read)
            observation_collect(o, name, COUNT_UNKNOWN, COUNT_UNKNOWN, COUNT_UNKNOWN);
        told += read;
        partial |= !read;
    }
    if (partial || names.len)
        fact_bool(o, "counts.partial", true, AEROSPIKE_NAMESPACE.name, SPAN_NONE);
    if (told == 0)
        return OUTCOME_UNCLEAR;
    fact_text(o, "auth", SPAN("none"), AEROSPIKE_NAMESPACE.name, SPAN_NONE);
    return OUTCOME_OPEN;
}

static enum outcome aerospike_run(struct wire *w, struct observation *o)
{
    struct span text;
    if (wire_heard(w).len)
        return OUTCOME_NOT_MINE;
    wire_ask(w, &AEROSPIKE_WHO);
    if (!aerospike_read(w, &text))
        return OUTCOME_NOT_MINE;
    struct span build = aerospike_value(text, SPAN("build")), edition = aerospike_value(text, SPAN("edition"));
    struct span names = aerospike_value(text, SPAN("namespaces"));
    bool whole = span_starts(text, SPAN("ERROR:80")) || span_starts(text, SPAN("FAIL:80"));
    if (build.len == 0 && names.len == 0 && !whole)
        return OUTCOME_NOT_MINE;
    o->product = "aerospike";
    if (build.len && build.at[0] >= '0' && build.at[0] <= '9')
        fact_text(o, "version", build, AEROSPIKE_WHO.name, build);
    if (edition.len && !aerospike_is_refused(edition))
        fact_text(o, "edition", edition, AEROSPIKE_WHO.name, edition);
    if (whole || aerospike_is_refused(names)) {
        fact_text(o, "auth", SPAN("password"), AEROSPIKE_WHO.name, span_first(text, PROOF_MAX));
        return OUTCOME_LOCKED;
    }
    if (names.len == 0 || span_starts(names, SPAN("ERROR")) || span_starts(names, SPAN("FAIL")))
        return OUTCOME_UNCLEAR;
    return aerospike_inside(w, o, names);
}

extern const struct probe PROBE_AEROSPIKE;
const struct probe PROBE_AEROSPIKE = {
    .name = "aerospike",
    .title = "Aerospike",
    .products = { "aerospike" },
    .kind = KIND_STORE,
    .ports = { 3000 },
    .at_home = true,
    .reacts = { .line = REACT_CLOSE, .tls = REACT_CLOSE, .http = REACT_CLOSE },
    .rank = 10,
    .proof = "the figures of a namespace are told, which need a login where security is on",
    .counts = "namespaces and their sets, objects, bytes",
    .asks = { &AEROSPIKE_WHO, &AEROSPIKE_NAMESPACE },
    .run = aerospike_run,
};
