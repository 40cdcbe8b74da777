/* rsync as a daemon (rsyncd.conf(5), clientserver.c of 3.2).
 *
 * Both sides speak first: "@RSYNCD: 31.0". A client that then names no module gets the message of the day, if
 * there is one, the list of the modules (the name, filled up to 15 columns, a tab and a comment) and
 * "@RSYNCD: EXIT". A module that is named on a connection of its own is answered "@RSYNCD: OK", "@RSYNCD: AUTHREQD"
 * and a challenge, or "@ERROR: access denied to ...".
 *
 * The list is shown to anyone, of locked modules too: it names and decides nothing. Open takes a module that is
 * entered without a password. There the conversation ends, before any list of files. (A module for which the owner has
 * set up an "early exec" runs that for each visitor, this one too.) */
#include "base/list.h"
#include "probe/probe.h"

enum { LINE_MAX_BYTES = 1024, LINES_MAX = 2000, NAME_COLUMNS = 15, MODULES_TRIED = 8, MODULE_MAX_BYTES = 255 };

static const struct ask RSYNC_LIST = ASK_FIXED("rsync.list", "names the modules", "@RSYNCD: 31.0\n\n");
static const struct ask RSYNC_MODULE = {
    .name = "rsync.module",
    .why = "whether a listed module is entered without a password; no list of files is asked for",
    .parts = { ASK_BYTES("@RSYNCD: 31.0\n"), ASK_HOLE("module", MODULE_MAX_BYTES, HOLE_QUOTED), ASK_BYTES("\n") },
};

static bool rsync_recognises(struct span first)
{
    return span_starts(first, SPAN("@RSYNCD: "));
}

/* The greeting, consumed; its version, "31.0". Empty where there is none. */
static struct span rsync_greeting(struct wire *w)
{
    struct span line = wire_line(w, LINE_MAX_BYTES);
    if (!wire_ok(w) || !span_starts(line, SPAN("@RSYNCD: ")))
        return SPAN_NONE;
    struct span rest = span_from(line, 9);
    struct span version = span_cut(&rest, ' ');
    return version.len && ascii_is_digit(version.at[0]) ? version : SPAN_NONE;
}

/* The module that a line of the list names; empty for a line of the message of the day. */
static struct span rsync_module_of(struct span line)
{
    size_t tab = span_index(line, '\t');
    struct span name = span_first(line, tab);
    if (tab == line.len || tab < NAME_COLUMNS)
        return SPAN_NONE;
    while (name.len && name.at[name.len - 1] == ' ')
        name.len--;
    return tab > NAME_COLUMNS && name.len < tab ? SPAN_NONE : name;
}

/* The whole list, or nothing of it: no collection comes from a conversation that broke off. */
static bool rsync_list(struct wire *w, struct observation *o)
{
    LIST_OF(struct span) names = { 0 };
    wire_ask(w, &RSYNC_LIST);
    for (size_t i = 0; i < LINES_MAX; i++) {
        struct span line = wire_line(w, LINE_MAX_BYTES);
        if (!wire_ok(w))
            return false;
        if (span_is(line, "@RSYNCD: EXIT")) {
            o->collection_count = 0;
            for (size_t k = 0; k < names.len; k++)
                observation_collect(o, names.at[k], COUNT_UNKNOWN, COUNT_UNKNOWN, COUNT_UNKNOWN);
            return true;
        }
        struct span name = rsync_module_of(line);
        struct span *kept = name.len ? list_add(wire_arena(w), &names) : NULL;
        if (kept)
            *kept = name;
    }
    return wire_fail(w);
}

enum entry { ENTRY_UNKNOWN, ENTRY_OPEN, ENTRY_PASSWORD, ENTRY_ADDRESS };

static enum entry rsync_enter(struct wire *w, struct span module, struct span *ret_proof)
{
    enum wire_dress dress = wire_in_tls(w) ? WIRE_IN_TLS : WIRE_PLAIN;
    if (!wire_again(w, dress) || rsync_greeting(w).len == 0 || !wire_ask_with(w, &RSYNC_MODULE, &module, 1))
        return ENTRY_UNKNOWN;
    for (size_t i = 0; i < LINES_MAX; i++) {
        struct span line = wire_line(w, LINE_MAX_BYTES);
        if (!wire_ok(w))
            return ENTRY_UNKNOWN;
        *ret_proof = line;
        if (span_is(line, "@RSYNCD: OK"))
            return ENTRY_OPEN;
        if (span_starts(line, SPAN("@RSYNCD: AUTHREQD")))
            return ENTRY_PASSWORD;
        if (span_starts(line, SPAN("@ERROR: access denied")))
            return ENTRY_ADDRESS;
        if (span_starts(line, SPAN("@ERROR")))
            return ENTRY_UNKNOWN;
    }
    return ENTRY_UNKNOWN;
}

static enum outcome rsync_modules(struct wire *w, struct observation *o)
{
    size_t open = 0, shut = 0, tried = 0;
    bool password = false;
    struct span proof = SPAN_NONE, opened = SPAN_NONE;
    for (; tried < o->collections.len && tried < MODULES_TRIED; tried++) {
        enum entry e = rsync_enter(w, o->collections.at[tried].name, &proof);
        open += e == ENTRY_OPEN;
        shut += e == ENTRY_PASSWORD || e == ENTRY_ADDRESS;
        password |= e == ENTRY_PASSWORD;
        opened = e == ENTRY_OPEN ? proof : opened;
    }
    if (open) {
        fact_text(o, "auth", SPAN("none"), RSYNC_MODULE.name, opened);
        fact_number(o, "collections.readable", (int64_t)open, RSYNC_MODULE.name, opened);
        return OUTCOME_OPEN;
    }
    if (shut == 0 || shut < tried || tried < o->collections.len)
        return OUTCOME_UNCLEAR;
    fact_text(o, "auth", password ? SPAN("password") : SPAN("rejected"), RSYNC_MODULE.name, proof);
    fact_text(o, "rights", SPAN("names of the modules"), RSYNC_LIST.name, proof);
    return OUTCOME_PARTIAL;
}

static enum outcome rsync_run(struct wire *w, struct observation *o)
{
    struct span version = rsync_greeting(w);
    if (version.len == 0)
        return OUTCOME_NOT_MINE;
    o->product = "rsync";
    fact_text(o, "protocol.version", version, NULL, version);
    if (!rsync_list(w, o) || o->collections.len == 0)
        return OUTCOME_UNCLEAR;
    wire_known(w);
    return rsync_modules(w, o);
}

extern const struct probe PROBE_RSYNC;
const struct probe PROBE_RSYNC = {
    .name = "rsync",
    .title = "rsync daemon",
    .products = { "rsync" },
    .kind = KIND_FILES,
    .ports = { 873 },
    .tls_ports = { 874 },
    .peer_first = true,
    .rank = 50,
    .proof = "a module that it lists is entered without a password",
    .counts = "modules",
    .asks = { &RSYNC_LIST, &RSYNC_MODULE },
    .recognises = rsync_recognises,
    .run = rsync_run,
};
