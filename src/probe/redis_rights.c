/* Which rights a visitor has, asked with a key that cannot exist. */
#include "probe/redis_rights.h"

#include "base/writer.h"

enum {
    READS = 9,            /* commands of REDIS_READS */
    DATABASES_ELSEWHERE = 15,
    KEY_MAX_BYTES = 128,  /* of a key made after a pattern */
    BULK_MAX_BYTES = 4096,
    ACL_ITEMS_MAX = 512,  /* of the answer to ACL GETUSER, nested ones included */
    ACL_PATTERNS_MAX = 64,
};

/* Nobody has such a key, and none of the commands here would make one. */
#define NO_SUCH_KEY "ajar:no-such-key:5d1f9b3ca27e8046"

const struct ask REDIS_RIGHTS =
    ASK_FIXED("redis.rights",
              "whether a visitor may read and write, of a key that cannot exist: changes nothing",
              "EXISTS " NO_SUCH_KEY "\r\nGETEX " NO_SUCH_KEY "\r\n");
/* The ranges are empty ones, so that only GET and HGET could return a value at all. */
const struct ask REDIS_READS =
    ASK_FIXED("redis.reads", "other reads of that key, where an ACL refuses EXISTS or it is renamed",
              "TYPE " NO_SUCH_KEY "\r\nSTRLEN " NO_SUCH_KEY "\r\nGET " NO_SUCH_KEY "\r\n"
              "HLEN " NO_SUCH_KEY "\r\nHGET " NO_SUCH_KEY " none\r\nLLEN " NO_SUCH_KEY "\r\n"
              "LRANGE " NO_SUCH_KEY " 1 0\r\nSCARD " NO_SUCH_KEY "\r\nZCARD " NO_SUCH_KEY "\r\n");
const struct ask REDIS_SCAN =
    ASK_FIXED("redis.scan", "whether names of keys may be listed: asks for none of them",
              "SCAN 0 MATCH " NO_SUCH_KEY " COUNT 1\r\n");
const struct ask REDIS_WRITE =
    ASK_FIXED("redis.write", "the right to write before 6.2: no operation is named, so nothing is done",
              "BITFIELD " NO_SUCH_KEY "\r\n");
const struct ask REDIS_ACL =
    ASK_FIXED("redis.acl", "which keys a visitor may read, where a key that cannot exist is refused",
              "ACL GETUSER default\r\n");
const struct ask REDIS_EXISTS = {
    .name = "redis.exists",
    .why = "whether a key that cannot exist may be read, under a prefix that the server allows",
    .parts = { ASK_BYTES("*2\r\n$6\r\nEXISTS\r\n$"), { .kind = PART_DEC, .from = 3, .to = 4 },
               ASK_BYTES("\r\n"), ASK_HOLE("key that cannot exist", KEY_MAX_BYTES, HOLE_ANY), ASK_BYTES("\r\n") },
};
#define IN_DATABASE(index) "SELECT " index "\r\nEXISTS " NO_SUCH_KEY "\r\n"
const struct ask REDIS_ELSEWHERE =
    ASK_FIXED("redis.elsewhere", "the same read in the other usual databases, where the first is closed (Valkey 9)",
              IN_DATABASE("1") IN_DATABASE("2") IN_DATABASE("3") IN_DATABASE("4") IN_DATABASE("5")
              IN_DATABASE("6") IN_DATABASE("7") IN_DATABASE("8") IN_DATABASE("9") IN_DATABASE("10")
              IN_DATABASE("11") IN_DATABASE("12") IN_DATABASE("13") IN_DATABASE("14") IN_DATABASE("15"));
const struct ask REDIS_SENTINEL =
    ASK_FIXED("redis.sentinel", "whether a Sentinel tells visitors where a master is, of one that cannot exist",
              "SENTINEL GET-MASTER-ADDR-BY-NAME ajar-no-such-master\r\n");

/* ---- answers ------------------------------------------------------------------------------- */

bool redis_number(struct span line, uint64_t *ret)
{
    return span_starts(line, SPAN(":")) && span_u64(span_from(line, 1), INT64_MAX / 32, ret);
}

/* The codes of Redis' errors; the text behind them is for people. */
enum redis_answer redis_answer_of(struct span line)
{
    static const struct {
        const char *starts;
        enum redis_answer means;
    } KNOWN[] = {
        { "-NOAUTH", REDIS_PASSWORD },    { "-ERR operation not permitted", REDIS_PASSWORD },
        { "-READONLY", REDIS_READONLY },  { "-LOADING", REDIS_STATE },
        { "-BUSY", REDIS_STATE },         { "-MASTERDOWN", REDIS_STATE },
        { "-MISCONF", REDIS_STATE },      { "-NOREPLICAS", REDIS_STATE },
        { "-OOM", REDIS_STATE },          { "-MOVED", REDIS_STATE },
        { "-ASK", REDIS_STATE },          { "-CLUSTERDOWN", REDIS_STATE },
        { "-TRYAGAIN", REDIS_STATE },     { "-ERR unknown command", REDIS_UNKNOWN },
        { "-ERR Unknown ", REDIS_UNKNOWN }, { "-ERR unknown sub", REDIS_UNKNOWN },
    };
    uint64_t n;

    if (redis_number(line, &n) || span_is(line, "+none") || span_is(line, "$-1") ||
        span_is(line, "*0") || span_is(line, "*-1"))
        return REDIS_DONE;
    /* "... to run the 'get' command", "... to access one of the keys" or "... to access database" */
    if (span_starts(line, SPAN("-NOPERM")))
        return span_has(line, "to access") ? REDIS_NO_KEY : REDIS_DENIED;
    for (size_t i = 0; i < sizeof(KNOWN) / sizeof(KNOWN[0]); i++)
        if (span_starts(line, span_str(KNOWN[i].starts)))
            return KNOWN[i].means;
    return REDIS_ODD;
}

/* The next answer, of one line. One that announces more breaks the conversation: nothing that was asked here is
 * answered by a value. */
static enum redis_answer answer_take(struct wire *w, struct span *ret_line)
{
    *ret_line = wire_line(w, REDIS_LINE_MAX);
    if (!wire_ok(w))
        return REDIS_NONE;
    enum redis_answer a = redis_answer_of(*ret_line);
    if (a == REDIS_ODD && !span_starts(*ret_line, SPAN("-")) && !span_starts(*ret_line, SPAN("+")))
        wire_fail(w);
    return a;
}

/* What decides more comes first. */
static bool says_more(enum redis_answer a, enum redis_answer than)
{
    static const enum redis_answer ORDER[] = { REDIS_DONE, REDIS_STATE, REDIS_NO_KEY, REDIS_PASSWORD,
                                               REDIS_DENIED, REDIS_UNKNOWN, REDIS_ODD, REDIS_NONE };
    size_t i = 0;
    while (ORDER[i] != a && ORDER[i] != than)
        i++;
    return a != than && ORDER[i] == a;
}

static void read_learned(struct redis_rights *r, enum redis_answer a, const struct ask *ask, struct span line)
{
    if (!says_more(a, r->read))
        return;
    r->read = a;
    r->read_ask = ask->name;
    r->read_proof = line;
}

/* True where some are granted and others are not: a list of commands that somebody picked by hand. */
static bool more_reads(struct wire *w, struct redis_rights *r)
{
    struct span line;
    bool granted = r->read == REDIS_DONE || r->read == REDIS_NO_KEY, denied = r->read == REDIS_DENIED;

    wire_ask(w, &REDIS_READS);
    for (size_t i = 0; i < READS && wire_ok(w); i++) {
        enum redis_answer a = answer_take(w, &line);
        granted |= a == REDIS_DONE || a == REDIS_NO_KEY;
        denied |= a == REDIS_DENIED;
        read_learned(r, a, &REDIS_READS, line);
    }
    return granted && denied;
}

/* "*2", the cursor, and a list without a name. */
static void scan_right(struct wire *w, struct redis_rights *r)
{
    wire_ask(w, &REDIS_SCAN);
    struct span line = wire_line(w, REDIS_LINE_MAX);
    if (!wire_ok(w) || !span_is(line, "*2")) {
        r->scan = wire_ok(w) ? redis_answer_of(line) : REDIS_NONE;
        return;
    }
    (void)wire_line(w, REDIS_LINE_MAX);
    (void)wire_line(w, REDIS_LINE_MAX);
    struct span names = wire_line(w, REDIS_LINE_MAX);
    if (wire_ok(w) && span_is(names, "*0"))
        r->scan = REDIS_DONE;
    else
        wire_fail(w);
}

/* ---- rights that hold for some keys ---------------------------------------------------------- */

/* "$5", then five bytes and CRLF; empty for anything else. */
static struct span bulk_take(struct wire *w, struct span head)
{
    uint64_t len;
    if (!span_starts(head, SPAN("$")) || !span_u64(span_from(head, 1), BULK_MAX_BYTES, &len)) {
        wire_fail(w);
        return SPAN_NONE;
    }
    struct span bulk = wire_need(w, (size_t)len + 2);
    return wire_ok(w) ? span_first(bulk, (size_t)len) : SPAN_NONE;
}

/* One value of any shape. */
static void value_skip(struct wire *w)
{
    size_t items = 0;
    for (uint64_t left = 1, inside; left && wire_ok(w); left--) {
        struct span head = wire_line(w, REDIS_LINE_MAX);
        if (++items > ACL_ITEMS_MAX)
            wire_fail(w);
        else if (span_starts(head, SPAN("*")) && span_u64(span_from(head, 1), ACL_ITEMS_MAX, &inside))
            left += inside;
        else if (span_starts(head, SPAN("$")))
            (void)bulk_take(w, head);
    }
}

/* A key that fits the pattern and cannot exist; false for patterns that this cannot follow. */
static bool key_after(struct span pattern, struct writer *key)
{
    bool starred = false;
    for (size_t i = 0; i < pattern.len; i++) {
        uint8_t c = pattern.at[i];
        if (c == '*') {
            writer_str(key, starred ? "" : NO_SUCH_KEY);
            starred = true;
        } else if (c == '[' || (c == '\\' && ++i == pattern.len)) {
            return false;
        } else {
            writer_u8(key, c == '?' ? 'x' : pattern.at[i]);
        }
    }
    return starred && writer_ok(key);
}

/* The first usable of "~app:* %R~shop:*" (7.0). */
static bool key_of_words(struct span words, struct writer *key)
{
    while (words.len) {
        struct span word = span_cut(&words, ' ');
        size_t tilde = span_index(word, '~');
        struct span kind = span_first(word, tilde);
        struct writer at = *key;
        if ((kind.len == 0 || span_is(kind, "%R") || span_is(kind, "%RW")) && tilde < word.len &&
            key_after(span_from(word, tilde + 1), &at)) {
            *key = at;
            return true;
        }
    }
    return false;
}

/* The value of "keys": one text of patterns, or a list of them (6.0: without the tilde). */
static bool key_of_value(struct wire *w, struct writer *key)
{
    uint64_t patterns;
    bool found = false;
    struct span head = wire_line(w, REDIS_LINE_MAX);
    if (span_starts(head, SPAN("$")))
        return key_of_words(bulk_take(w, head), key);
    if (!span_starts(head, SPAN("*")) || !span_u64(span_from(head, 1), ACL_PATTERNS_MAX, &patterns))
        return wire_fail(w);
    for (uint64_t i = 0; i < patterns && wire_ok(w); i++) {
        struct writer at = *key;
        struct span pattern = bulk_take(w, wire_line(w, REDIS_LINE_MAX));
        if (wire_ok(w) && !found && key_after(pattern, &at)) {
            *key = at;
            found = true;
        }
    }
    return found && wire_ok(w);
}

/* Names and values in turns: flags, passwords (none: nobody logged in), commands, keys, ... */
static bool acl_key(struct wire *w, struct writer *key)
{
    uint64_t items;
    bool found = false;

    wire_ask(w, &REDIS_ACL);
    struct span head = wire_line(w, REDIS_LINE_MAX);
    if (!wire_ok(w) || !span_starts(head, SPAN("*")) || !span_u64(span_from(head, 1), 64, &items))
        return false;
    for (uint64_t i = 0; i + 1 < items && wire_ok(w); i += 2) {
        struct span name = bulk_take(w, wire_line(w, REDIS_LINE_MAX));
        if (span_is(name, "keys"))
            found = key_of_value(w, key);
        else
            value_skip(w);
    }
    return found && wire_ok(w);
}

/* The command is granted, though not for this key: the server says for which, and a key of that kind
 * is asked for. */
static void read_by_pattern(struct wire *w, struct redis_rights *r)
{
    uint8_t bytes[KEY_MAX_BYTES];
    struct writer key = writer_over(bytes, sizeof(bytes));
    struct span line;

    if (!acl_key(w, &key))
        return;
    struct span arg = writer_span(&key);
    wire_ask_with(w, &REDIS_EXISTS, &arg, 1);
    enum redis_answer a = answer_take(w, &line);
    read_learned(r, a, &REDIS_EXISTS, line);
}

/* Rights that end at a database: a SELECT is granted only where they reach. */
static void read_elsewhere(struct wire *w, struct redis_rights *r)
{
    struct span line;

    wire_ask(w, &REDIS_ELSEWHERE);
    for (size_t i = 0; i < DATABASES_ELSEWHERE && wire_ok(w); i++) {
        bool there = span_is(wire_line(w, REDIS_LINE_MAX), "+OK");
        enum redis_answer a = answer_take(w, &line);
        if (there)
            read_learned(r, a, &REDIS_ELSEWHERE, line);
    }
}

/* ---- the questions ---------------------------------------------------------------------------- */

/* A Sentinel has no keys, but it tells where a master is. */
static void sentinel_right(struct wire *w, struct redis_rights *r)
{
    struct span line;
    *r = (struct redis_rights){ 0 };
    wire_ask(w, &REDIS_SENTINEL);
    enum redis_answer a = answer_take(w, &line);
    read_learned(r, a, &REDIS_SENTINEL, line);
}

static struct redis_rights rights_take(struct wire *w, bool sentinel)
{
    struct redis_rights r = { .write_ask = REDIS_RIGHTS.name };
    struct span line;

    enum redis_answer a = answer_take(w, &line);
    read_learned(&r, a, &REDIS_RIGHTS, line);
    r.write = answer_take(w, &r.write_proof);
    if (r.write == REDIS_DONE) /* GETEX gives the value back: who may write by an ACL of @write reads, too */
        read_learned(&r, r.write, &REDIS_RIGHTS, r.write_proof);
    if (!wire_ok(w) || r.read == REDIS_PASSWORD)
        return r;
    if (sentinel) {
        sentinel_right(w, &r);
        return r;
    }
    bool refused = r.read == REDIS_DENIED || r.read == REDIS_UNKNOWN || r.read == REDIS_ODD;
    if ((refused || r.write == REDIS_DENIED) && more_reads(w, &r))
        r.write = REDIS_NONE; /* by hand, SET may be granted and GETEX not: who may write stays untold */
    if (r.read == REDIS_NO_KEY && span_has(r.read_proof, "database"))
        read_elsewhere(w, &r);
    else if (r.read == REDIS_NO_KEY)
        read_by_pattern(w, &r);
    if (r.read != REDIS_DONE && r.read != REDIS_STATE)
        scan_right(w, &r);
    if (r.write == REDIS_UNKNOWN && r.read == REDIS_DONE) {
        wire_ask(w, &REDIS_WRITE);
        r.write_ask = REDIS_WRITE.name;
        r.write = answer_take(w, &r.write_proof);
    }
    return r;
}

struct redis_rights redis_rights_take(struct wire *w, bool sentinel)
{
    struct redis_rights r = rights_take(w, sentinel);
    r.broken = !wire_ok(w);
    if (r.broken && r.write == REDIS_DENIED)
        r.write = REDIS_NONE; /* as where more_reads() is heard to its end */
    return r;
}

struct redis_rights redis_rights_of_proxy(struct wire *w)
{
    struct redis_rights r = { 0 };
    struct span line, key = SPAN(NO_SUCH_KEY);
    wire_ask_with(w, &REDIS_EXISTS, &key, 1);
    enum redis_answer a = answer_take(w, &line);
    read_learned(&r, a, &REDIS_EXISTS, line);
    return r;
}

/* What the role alone says: a replica takes no writes unless slave_read_only is 0. */
static void writable_by_role(struct observation *o, const struct redis_info *info)
{
    if (span_is(info->role, "master"))
        fact_bool(o, "writable", true, REDIS_INFO_ASK, info->role);
    else if (info->follows && info->read_only.len)
        fact_bool(o, "writable", span_is(info->read_only, "0"), REDIS_INFO_ASK, info->read_only);
}

void redis_writable(struct observation *o, const struct redis_rights *r, const struct redis_info *info)
{
    switch (r->write) {
    case REDIS_DONE:
    case REDIS_READONLY:
    case REDIS_DENIED:
        fact_bool(o, "writable", r->write == REDIS_DONE, r->write_ask, r->write_proof);
        break;
    case REDIS_STATE:
    case REDIS_UNKNOWN:
        writable_by_role(o, info);
        break;
    case REDIS_NONE:
    case REDIS_NO_KEY:
    case REDIS_PASSWORD:
    case REDIS_ODD:
        break;
    }
}
