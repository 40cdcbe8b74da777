#include "cmd/verified.h"

/* tools/tape-sources, at build time. */
static const struct {
    const char *folder, *source;
} TAPES[] = {
#define TAPE(folder, source) { folder, source },
#include "cmd/verified.inc"
#undef TAPE
};

static bool has_digit(struct span word)
{
    for (size_t i = 0; i < word.len; i++)
        if (ascii_is_digit(word.at[i]))
            return true;
    return false;
}

/* "redis-server 7.0.15" of "redis-server 7.0.15, with a password": up to the first number that stands alone or ends a
 * word, or the whole up to a comma where there is none. */
static struct span server_of(struct span text)
{
    size_t comma = span_index(text, ',');
    for (size_t at = 0; at < text.len;) {
        size_t end = at + span_index(span_from(text, at), ' ');
        struct span word = span_sub(text, at, end - at);
        if (has_digit(word) && ascii_is_digit(word.at[0])) {
            while (end > at && (text.at[end - 1] == ',' || text.at[end - 1] == ';' || text.at[end - 1] == ':'))
                end--;
            return span_first(text, end);
        }
        at = end + 1;
    }
    return span_first(text, comma);
}

static void add_server(struct verification *v, struct span server)
{
    for (size_t i = 0; i < v->server_count; i++)
        if (span_eq(v->servers[i], server))
            return;
    if (v->server_count < VERIFIED_SERVERS_MAX)
        v->servers[v->server_count++] = server;
}

/* What was made up to be hostile, or out of another recording, verifies nothing. */
static enum verified how_made(struct span text)
{
    static const char *const PAPER[] = { "from ", "after " };
    static const char *const OF_OURS[] = { "the above", "the answers of", "proves nothing", ".tape", "one answer for" };
    static const char *const CODE[] = { "source", ".c", ".go", ".java", ".py", ".rs", ".js", ".cpp", ".h " };
    bool is_paper = false;
    for (size_t i = 0; i < sizeof(PAPER) / sizeof(PAPER[0]); i++)
        is_paper |= span_starts(text, span_str(PAPER[i]));
    for (size_t i = 0; i < sizeof(OF_OURS) / sizeof(OF_OURS[0]); i++)
        is_paper &= !span_has(text, OF_OURS[i]);
    for (size_t i = 0; is_paper && i < sizeof(CODE) / sizeof(CODE[0]); i++)
        if (span_has(text, CODE[i]))
            return VERIFIED_BY_SOURCE;
    return is_paper ? VERIFIED_BY_DOCUMENTATION : VERIFIED_BY_NOTHING;
}

void verified_add(struct verification *v, struct span source)
{
    struct span recorded = SPAN("recorded "), made = SPAN("made ");
    enum verified how = VERIFIED_BY_NOTHING;
    if (span_starts(source, recorded)) {
        how = VERIFIED_BY_SERVER;
        add_server(v, server_of(span_from(source, recorded.len)));
    } else if (span_starts(source, made)) {
        how = how_made(span_from(source, made.len));
    }
    v->how = how > v->how ? how : v->how;
}

struct verification verified_probe(const char *name)
{
    struct verification v = { .how = VERIFIED_BY_NOTHING };
    for (size_t i = 0; i < sizeof(TAPES) / sizeof(TAPES[0]); i++)
        if (strcmp(TAPES[i].folder, name) == 0)
            verified_add(&v, span_str(TAPES[i].source));
    return v;
}

struct verification verified_entry(const struct catalog *c, size_t i)
{
    struct verification v = { .how = VERIFIED_BY_NOTHING };
    struct span source;
    for (size_t n = 0; catalog_source(c, i, n, &source); n++)
        verified_add(&v, source);
    return v;
}

const char *verified_name(enum verified how)
{
    static const char *const NAMES[] = { "nothing", "documentation", "source", "real server" };
    return NAMES[how];
}
