/* Subversion by svnserve (subversion/libsvn_ra_svn/protocol).
 *
 * The server greets with its versions and abilities. The client names an address: here the top of what is served, which
 * is a repository or holds some; no other name is guessed. Ways to log in follow; ANONYMOUS is the one for who has no
 * account. Then the newest revision, and whether a visitor may look at the top (check-path): refused where a rule keeps
 * it. No file, no list and no log is asked for. */
#include "base/reader.h"
#include "probe/probe.h"

enum { ANSWER_MAX = 4096 };

static const struct ask SVN_HELLO =
    ASK_FIXED("svn.hello", "names the top of what is served: which ways to log in that has",
              "( 2 ( edit-pipeline svndiff1 ) 11:svn://ajar/ 4:ajar ( ) ) ");
static const struct ask SVN_ANONYMOUS = ASK_FIXED("svn.anonymous", "the way of who has no account",
                                                  "( ANONYMOUS ( 0: ) ) ");
static const struct ask SVN_LATEST = ASK_FIXED("svn.latest", "the number of the newest revision",
                                               "( get-latest-rev ( ) ) ");
static const struct ask SVN_TOP =
    ASK_FIXED("svn.top", "whether a visitor may look at the top", "( check-path ( 0: ( ) ) ) ");

static bool svn_recognises(struct span first)
{
    return span_starts(first, SPAN("( success ( 2 2 ( ")) || span_starts(first, SPAN("( success ( 1 2 ( "));
}

/* The next whole list, "( ... ) ", of words, numbers, lists and "LENGTH:bytes". Empty where there is none. */
static struct span svn_list(struct wire *w)
{
    size_t depth = 0, n = 0;
    uint64_t number = 0;
    struct span seen = SPAN_NONE;
    while (n < ANSWER_MAX) {
        seen = wire_peek(w, n + 1);
        if (!wire_ok(w))
            return SPAN_NONE;
        uint8_t c = seen.at[n++];
        if (c == ':' && number) {
            if (number > ANSWER_MAX - n)
                break;
            n += number;
        }
        bool grows = number < ANSWER_MAX; /* a longer one stays too long */
        number = !ascii_is_digit(c) ? 0 : grows ? number * 10 + c - '0' : number;
        depth += c == '(';
        if (c == ')' && depth > 0 && --depth == 0)
            return wire_need(w, n + 1); /* and the space behind it */
        if (depth == 0 && c != ' ')
            break;
    }
    wire_fail(w);
    return SPAN_NONE;
}

/* Behind a command a login may be asked for again: "( success ( ( ) 0: ) ) " says that none is needed. */
static struct span svn_ask(struct wire *w, const struct ask *a)
{
    wire_ask(w, a);
    struct span answer = svn_list(w);
    return span_starts(answer, SPAN("( success ( ( ) ")) ? svn_list(w) : answer;
}

static enum outcome svn_refused(struct observation *o, const struct ask *a, struct span said)
{
    fact_text(o, "auth", SPAN("password"), a->name, said);
    return OUTCOME_LOCKED;
}

/* From "( success ( ( ANONYMOUS CRAM-MD5 ) 36:realm ) ) " on. */
static enum outcome svn_enter(struct wire *w, struct observation *o, struct span ways)
{
    struct span rest = span_from(ways, 13), list = span_first(rest, span_index(rest, ')'));
    bool anonymous = span_has(list, " ANONYMOUS ");
    if (!anonymous)
        return span_has(list, " CRAM-MD5 ") || span_has(list, " EXTERNAL ") || span_has(list, " DIGEST-MD5 ") ?
                   svn_refused(o, &SVN_HELLO, ways) :
                   OUTCOME_UNCLEAR;
    wire_ask(w, &SVN_ANONYMOUS);
    if (!span_is(svn_list(w), "( success ( ) ) ") || !span_starts(svn_list(w), SPAN("( success ( ")))
        return OUTCOME_UNCLEAR;
    struct span latest = svn_ask(w, &SVN_LATEST), number = span_from(latest, 12);
    uint64_t revisions = 0;
    if (span_starts(latest, SPAN("( success ( ")) && span_u64(span_cut(&number, ' '), INT64_MAX, &revisions))
        fact_number(o, "revisions", (int64_t)revisions, SVN_LATEST.name, latest);
    struct span top = svn_ask(w, &SVN_TOP);
    if (span_is(top, "( success ( dir ) ) ")) {
        fact_text(o, "auth", SPAN("none"), SVN_TOP.name, top);
        return OUTCOME_OPEN;
    }
    /* 170001 is "authorization failed"; or a login is asked for that is none of nobody's. */
    bool kept = span_starts(top, SPAN("( failure ( ( 170001 ")) || span_starts(top, SPAN("( success ( ( "));
    return kept ? svn_refused(o, &SVN_TOP, top) : OUTCOME_UNCLEAR;
}

static enum outcome svn_run(struct wire *w, struct observation *o)
{
    struct span greeting = svn_list(w);
    if (!wire_ok(w) || !svn_recognises(greeting))
        return OUTCOME_NOT_MINE;
    o->product = "svnserve";
    wire_ask(w, &SVN_HELLO);
    struct span answer = svn_list(w);
    if (!wire_ok(w))
        return OUTCOME_UNCLEAR;
    if (span_starts(answer, SPAN("( success ( ( ")))
        return svn_enter(w, o, answer);
    if (span_starts(answer, SPAN("( failure ( ( ")))
        fact_text(o, "error", answer, SVN_HELLO.name, answer);
    return OUTCOME_UNCLEAR;
}

extern const struct probe PROBE_SVN;
const struct probe PROBE_SVN = {
    .name = "svn",
    .title = "Subversion (svnserve)",
    .products = { "svnserve" },
    .kind = KIND_FILES,
    .ports = { 3690 },
    .peer_first = true,
    .rank = 20,
    .proof = "the top of the repository may be looked at by the way ANONYMOUS",
    .counts = "nothing: a list of files is not asked for",
    .asks = { &SVN_HELLO, &SVN_ANONYMOUS, &SVN_LATEST, &SVN_TOP },
    .recognises = svn_recognises,
    .run = svn_run,
};
