/* See law_words.h. A word belongs here only if no product answers a path of such words with records,
 * secrets or a change, whatever stands around it. What can also name people or things of a business
 * ("members", "topics", "measurements", "services") is not here: it needs a row of its own. */
#include "http/law_words.h"

#include "text/nearest.h"

static const char *const PLACES[] = {
    "admin",    "api",    "apis",       "cluster", "controller", "coordinator", "core",
    "internal", "manage", "management", "master",  "meta",       "monitor",     "monitoring",
    "node",     "public", "q",          "rest",    "server",     "service",     "storage",
    "sys",      "system", "ws",         NULL,
};

static const char *const LISTS[] = {
    "buckets",    "caches",    "clusters", "collections",  "cores",     "databases",  "datasets",
    "dbs",        "exchanges", "indexes",  "indices",      "keyspaces", "namespaces", "nodes",
    "partitions", "queues",    "replicas", "repositories", "schemas",   "schemata",   "segments",
    "shards",     "streams",   "tables",   "vhosts",       NULL,
};

static const char *const FIGURES[] = {
    "about",    "alive",       "build-info", "build-version", "buildinfo",   "cardinality",
    "count",    "counts",      "health",     "health-check",  "healthcheck", "healthy",
    "healthz",  "heartbeat",   "info",       "leader",        "live",        "liveness",
    "livez",    "metrics",     "overview",   "ping",          "readiness",   "ready",
    "readyz",   "runtimeinfo", "size",       "sizes",         "stat",        "statistics",
    "stats",    "status",      "summary",    "uptime",        "usage",       "version",
    "versions", NULL,
};

/* What a product may be called, and does not say where: a path that begins with it could be a call. */
static const char *const CALLS[] = {
    "add",      "backup",   "clear",    "compact", "create", "delete", "drop",     "dump",
    "eval",     "exec",     "execute",  "export",  "flush",  "gc",     "get",      "import",
    "init",     "invoke",   "kill",     "load",    "lock",   "logout", "merge",    "move",
    "optimize", "pause",    "publish",  "purge",   "put",    "query",  "quit",     "rebalance",
    "rebuild",  "refresh",  "register", "reindex", "reload", "remove", "repair",   "reset",
    "restart",  "restore",  "resume",   "rotate",  "run",    "search", "select",   "send",
    "set",      "shutdown", "snapshot", "start",   "stop",   "sync",   "truncate", "unlock",
    "update",   "upgrade",  "vacuum",   "wipe",    "write",  NULL,
};

static bool among(struct span s, const char *const *words)
{
    for (; *words; words++)
        if (span_is(s, *words))
            return true;
    return false;
}

/* "v1", "2.0", "v1.24": what an interface is numbered with. */
static bool is_number(struct span s)
{
    bool digit = false;
    if (s.len && s.at[0] == 'v')
        s = span_from(s, 1);
    if (s.len > 8)
        return false;
    for (size_t i = 0; i < s.len; i++) {
        if (!ascii_is_digit(s.at[i]) && !(s.at[i] == '.' && digit))
            return false;
        digit = ascii_is_digit(s.at[i]);
    }
    return digit;
}

enum law_word law_word(struct span segment)
{
    if (among(segment, PLACES) || is_number(segment))
        return WORD_PLACE;
    if (among(segment, LISTS))
        return WORD_LIST;
    return among(segment, FIGURES) ? WORD_FIGURE : WORD_NONE;
}

bool law_word_calls(struct span product)
{
    return among(product, CALLS);
}

const char *law_word_near(struct span segment)
{
    char typed[32];
    const char *const *lists[] = { PLACES, LISTS, FIGURES };
    if (segment.len == 0 || segment.len >= sizeof(typed))
        return NULL;
    memcpy(typed, segment.at, segment.len);
    typed[segment.len] = '\0';
    const char *near = NULL;
    for (size_t i = 0; i < 3 && !near; i++)
        near = nearest_word(lists[i], typed);
    return near;
}

static void print_list(struct buf *out, const char *title, const char *const *words)
{
    buf_printf(out, "%s:\n ", title);
    for (size_t column = 2; *words; words++) {
        size_t len = strlen(*words) + 1;
        if (column + len > 78) {
            buf_str(out, "\n ");
            column = 2;
        }
        buf_printf(out, " %s", *words);
        column += len;
    }
    buf_str(out, "\n");
}

void law_words_print(struct buf *out)
{
    print_list(out, "Words that say where (and v1, 2.0; in front the name of the product)", PLACES);
    print_list(out, "Words that list containers", LISTS);
    print_list(out, "Words that name a figure", FIGURES);
}
