/* See law.h. The order: the parts of a request are looked at byte by byte; a proxy is taken apart;
 * what is left is judged by words and then by rows. */
#include "http/law.h"

#include <limits.h>

#include "http/law_form.h"
#include "http/law_rows.h"
#include "http/law_sql.h"
#include "http/law_words.h"

static const char *const METHODS[] = { "GET", "HEAD", "POST", "PROPFIND", NULL };

/* Ways through a dashboard to what stands behind it: the path up to where the carried request
 * begins. All of them carry a GET. */
struct law_proxy {
    const char *method, *path;
    bool in_query; /* as `path=` and `method=GET` of the query; else the rest of the target */
    const char *why;
};

static const struct law_proxy PROXIES[] = {
    { "POST", "/api/console/proxy", true,
      "Kibana, OpenSearch Dashboards: the POST only carries a GET" },
    { "GET", "/elasticsearch|es_admin", false, "Kibana up to 6" },
    { "GET", "/api/datasources/proxy/uid/{name}|<word>", false,
      "Grafana: a source that it listed" },
    { "GET", "/api/datasources/proxy/{name}|<n>", false, "Grafana: the same by its number" },
    { "GET", "/api/endpoints/{name}|<n>/docker", false, "Portainer: a system that it listed" },
    { NULL, NULL, false, NULL },
};

/* ---- fields -------------------------------------------------------------------------------- */

/* Which values a field may have: one of a list, or text of a form. */
static const struct {
    const char *name, *values, *bytes;
} FIELDS[] = {
    { "accept", NULL, "/*+.;=, _-" },
    { "content-type", NULL, "/+.;= -" },
    { "depth", "0|1", NULL },
    { "kbn-version", NULL, ".-" },
    { "kbn-xsrf", NULL, "-" },
    { "osd-version", NULL, ".-" },
    { "osd-xsrf", NULL, "-" },
    { "prefer", "count=planned|count=estimated", NULL },
    { "range", NULL, "=-" },
    { "x-elastic-internal-origin", NULL, "-" },
    { "x-request-from", "internal", NULL },
    { "x-requested-with", NULL, "-" },
};

static bool listed(struct span words, uint8_t separator, struct span s)
{
    while (words.len && s.len)
        if (span_eq(span_cut(&words, separator), s))
            return true;
    return false;
}

static bool letters_and(struct span s, const char *others)
{
    for (size_t i = 0; i < s.len; i++) {
        uint8_t c = ascii_lower(s.at[i]);
        if (!ascii_is_digit(c) && (c < 'a' || c > 'z') && (c == 0 || !strchr(others, c)))
            return false;
    }
    return true;
}

/* "bytes=0-63" -> 64. False where it says anything else: what a file begins with may be asked for, and no
 * other part. */
static bool front_of(struct span value, unsigned *ret)
{
    static const struct span mark = SPAN("bytes=0-");
    uint64_t last;
    struct span digits = span_from(value, mark.len);
    bool padded = digits.len > 1 && digits.at[0] == '0';
    if (!span_starts(value, mark) || padded || !span_u64(digits, LAW_FRONT_MAX - 1, &last))
        return false;
    *ret = (unsigned)last + 1;
    return true;
}

bool law_permits_field(struct span name, struct span value, struct error *e)
{
    for (size_t i = 0; i < sizeof(FIELDS) / sizeof(FIELDS[0]); i++) {
        if (!span_eq_nocase(name, span_str(FIELDS[i].name)))
            continue;
        if (value.len == 0 || value.len > LAW_VALUE_MAX)
            return error_set(e, "a header value must be 1 to %d bytes long", LAW_VALUE_MAX);
        unsigned front;
        if (span_eq_nocase(name, SPAN("range")) && !front_of(value, &front))
            return error_set(e, "a range is bytes=0-N, and N at most %d", LAW_FRONT_MAX - 1);
        if (FIELDS[i].values ? listed(span_str(FIELDS[i].values), '|', value)
                             : letters_and(value, FIELDS[i].bytes))
            return true;
        return error_set(e, "the header \"%s\" may not say \"%.*s\"%s%s", FIELDS[i].name,
                         SPAN_FMT(span_first(value, 60)), FIELDS[i].values ? ", only " : "",
                         FIELDS[i].values ? FIELDS[i].values : "");
    }
    return error_set(
        e,
        "the header \"%.*s\" may not be sent; allowed are accept, content-type, depth, "
        "prefer, range, x-request-from, x-requested-with and the version and xsrf headers of "
        "dashboards",
        SPAN_FMT(span_first(name, 40)));
}

static bool permits_fields(const struct law_request *r, struct error *e)
{
    bool depth = false;
    if (r->accept.len && !law_permits_field(SPAN("accept"), r->accept, e))
        return false;
    for (struct span lines = r->fields; lines.len;) {
        struct span value = span_cut(&lines, '\n'), name = span_cut(&value, ':');
        if (!law_permits_field(name, span_trim(value), e))
            return false;
        depth = depth || span_eq_nocase(name, SPAN("depth"));
    }
    if (span_is(r->method, "PROPFIND") && !depth)
        return error_set(e, "a PROPFIND needs the header \"depth: 0\" or \"depth: 1\"; without it "
                            "the whole tree would be listed");
    return true;
}

/* ---- words and rows ------------------------------------------------------------------------ */

/* A request that carries no other. */
struct question {
    const struct law_request *r;
    struct span method, product, path, query, body;
    struct form_path segments;
};

static bool is_read(const struct question *q)
{
    return span_is(q->method, "GET") || span_is(q->method, "HEAD");
}

/* What the i-th segment says; in front the product's own name says where. */
static enum law_word word_of(const struct question *q, size_t i)
{
    enum law_word word = law_word(q->segments.at[i]);
    if (word == WORD_NONE && i == 0 && q->product.len && span_eq(q->product, q->segments.at[i]) &&
        !law_word_calls(q->product))
        return WORD_PLACE;
    return word;
}

/* The number of segments at the front that are words in their places; all of them: it is permitted.
 * In captured traffic any segment at the place of a name may be one. */
static size_t words_fit(const struct question *q)
{
    size_t i = 0, len = q->segments.len;
    for (; i < len; i++) {
        enum law_word word = word_of(q, i);
        bool last = i + 1 == len;
        if (word != WORD_NONE && !(last && word == WORD_PLACE))
            continue;
        bool name = q->r->sent || span_is(q->segments.at[i], "{name}");
        if (word != WORD_NONE || !name || i == 0 || last || word_of(q, i - 1) != WORD_LIST ||
            i + 2 != len || law_word(q->segments.at[i + 1]) != WORD_FIGURE)
            break;
    }
    return i;
}

static bool row_takes_method(const struct law_row *row, const struct question *q)
{
    return span_is(q->method, row->method) ||
           (span_is(q->method, "HEAD") && strcmp(row->method, "GET") == 0 && !row->front);
}

static bool row_is_for(const struct law_row *row, const struct question *q)
{
    if (!row->products || listed(span_str(row->products), ' ', q->product))
        return true;
    return q->r->sent && q->product.len == 0;
}

/* How many bytes a request asks for at most; UINT_MAX: all. */
static unsigned front_asked(const struct question *q)
{
    unsigned front;
    for (struct span lines = q->r->fields; lines.len;) {
        struct span value = span_cut(&lines, '\n'), name = span_cut(&value, ':');
        if (span_eq_nocase(name, SPAN("range")) && front_of(span_trim(value), &front))
            return front;
    }
    return UINT_MAX;
}

/* Whether the rest of a request is that of a row whose path fits. */
static bool row_fits(const struct law_row *row, const struct question *q, struct error *e)
{
    if (!row_takes_method(row, q))
        return error_set(e, "this path may be asked with %s only", row->method);
    if (!row_is_for(row, q))
        return error_set(e, "this path may be asked of these products only: %s", row->products);
    if (row->accept && !span_is(q->r->accept, row->accept))
        return error_set(e, "this path may be asked only with the Accept \"%s\"", row->accept);
    if (row->front && front_asked(q) > row->front)
        return error_set(e, "of this path the first %u bytes may be asked for: \"first: %u\"", row->front, row->front);
    return form_query_fits(row->query, q->query, q->r->sent, e) &&
           form_body_fits(row->body, q->body, q->r->sent, e);
}

/* The row that comes nearest, for what is said of a request that has none. */
struct nearest {
    const struct law_row *row;
    size_t segments; /* that fit, from the front */
    unsigned
        rank; /* not 0: all of the path fits a row; the higher, the more of the rest. `why` says what does not */
    struct error why;
};

static bool some_row_fits(const struct law_row *rows, const struct question *q, struct nearest *n)
{
    for (; rows->method; rows++) {
        struct error why;
        size_t length = form_path_length(rows->path);
        size_t fits = form_path_fits(rows->path, &q->segments, q->r->sent);
        if (fits == length && fits == q->segments.len) {
            if (row_fits(rows, q, &why))
                return true;
            unsigned rank = 1 + row_is_for(rows, q) + 2 * form_query_knows(rows->query, q->query) +
                            4 * row_takes_method(rows, q);
            if (rank > n->rank)
                n->why = why;
            n->rank = rank > n->rank ? rank : n->rank;
        } else if (!n->rank && fits > n->segments) {
            n->row = rows;
            n->segments = fits;
        }
    }
    return false;
}

static bool refuse_path(const struct question *q, size_t words, const struct nearest *n,
                        struct error *e)
{
    struct span path = span_first(q->path, 120);
    size_t at = n->segments > words ? n->segments : words;
    struct span segment = at < q->segments.len ? q->segments.at[at] : SPAN_NONE;
    const char *near = law_word_near(segment);
    if (!is_read(q))
        return error_set(e,
                         "%.*s of \"%.*s\" is no known read%s%s; `ajar catalog law` lists all that "
                         "may be sent",
                         SPAN_FMT(q->method), SPAN_FMT(path), n->row ? "; the nearest is " : "",
                         n->row ? n->row->path : "");
    if (at >= q->segments.len || (at + 1 == q->segments.len && word_of(q, at) == WORD_PLACE))
        return error_set(
            e,
            "the path \"%.*s\" ends with a word that only says where; end it with a list "
            "(databases) or a figure (stats)%s%s",
            SPAN_FMT(path), n->row ? ", or write " : "", n->row ? n->row->path : "");
    return error_set(
        e,
        "the path word \"%.*s\" may not be asked for: nothing says that \"%.*s\" reads no "
        "record%s%s%s%s; `ajar catalog law` lists all that may be sent",
        SPAN_FMT(span_first(segment, 40)), SPAN_FMT(path), near ? "; the nearest word is " : "",
        near ? near : "", n->row ? "; the nearest form is " : "", n->row ? n->row->path : "");
}

static bool judge(struct question *q, struct error *e)
{
    struct nearest n = { .row = NULL };
    if (span_index(q->path, '%') < q->path.len && !q->r->sent)
        return error_set(e, "a path may not be percent-encoded");
    if (!form_path_cut(q->path, &q->segments))
        return error_set(e, "a path begins with / and has at most %d segments, none of them empty",
                         FORM_SEGMENTS_MAX);
    size_t words = is_read(q) && q->segments.len ? words_fit(q) : 0;
    bool worded = words > 0 && words == q->segments.len;
    struct error why;
    bool part = front_asked(q) != UINT_MAX; /* what is a figure is asked for whole */
    if (!part && worded && q->body.len == 0 && form_query_fits("*", q->query, q->r->sent, &why))
        return true;
    if (!part && (some_row_fits(LAW_GETS, q, &n) || some_row_fits(LAW_POSTS, q, &n)))
        return true;
    if (some_row_fits(LAW_LEFT, q, &n))
        return true;
    if (part && !n.rank)
        return error_set(e, "a range may be asked for where `ajar catalog law` says how many bytes, and nowhere else");
    if (!worded && !n.rank)
        return refuse_path(q, words, &n, e);
    return error_set(e, "%.*s %.*s: %s", SPAN_FMT(q->method), SPAN_FMT(span_first(q->path, 120)),
                     n.rank ? n.why.text : why.text);
}

/* ---- proxies ------------------------------------------------------------------------------- */

/* The carried target in `path=` of exactly `path=` and `method=GET`. */
static bool carried_in_query(struct span query, uint8_t *text, struct span *ret, struct error *e)
{
    bool path = false, method = false, once = true;
    while (query.len) {
        struct span value = span_cut(&query, '&'), key = span_cut(&value, '=');
        if (span_is(key, "path") && !path && form_decode(value, text, ret))
            path = true;
        else if (span_is(key, "method") && !method && span_is(value, "GET"))
            method = true;
        else
            once = false;
    }
    return (path && method && once) ||
           error_set(e,
                     "a dashboard's proxy takes path= and method=GET, each once, and nothing else");
}

static struct question question_of(const struct law_request *r, struct span method,
                                   struct span product, struct span target)
{
    struct span query = target, path = span_cut(&query, '?');
    return (struct question){
        .r = r, .method = method, .product = product, .path = path, .query = query
    };
}

/* The proxy that a target goes through, or NULL; *ret is what it carries, as far as that is part of
 * the path. */
static const struct law_proxy *proxy_of(const struct law_request *r, struct span *ret)
{
    struct span path = span_first(r->target, span_index(r->target, '?'));
    struct form_path segments;
    if (!form_path_cut(path, &segments))
        return NULL;
    for (const struct law_proxy *p = PROXIES; p->method; p++) {
        size_t length = form_path_length(p->path);
        if (!span_is(r->method, p->method) || segments.len < length ||
            form_path_fits(p->path, &segments, r->sent) != length)
            continue;
        if (p->in_query && segments.len > length)
            continue;
        const uint8_t *end = segments.at[length - 1].at + segments.at[length - 1].len;
        *ret = span_from(r->target, (size_t)(end - r->target.at));
        return p;
    }
    return NULL;
}

static bool permits_target(const struct law_request *r, struct error *e)
{
    uint8_t text[FORM_VALUE_MAX];
    struct span carried;
    const struct law_proxy *proxy = proxy_of(r, &carried);
    if (!proxy) {
        struct question q = question_of(r, r->method, r->product, r->target);
        q.body = r->body;
        return judge(&q, e);
    }
    if (r->body.len)
        return error_set(e, "what goes through a dashboard has no body");
    struct span query = r->target;
    (void)span_cut(&query, '?');
    if (proxy->in_query && !carried_in_query(query, text, &carried, e))
        return false;
    if (carried.len == 0 || carried.at[0] == '?')
        return error_set(e, "a dashboard's proxy needs a path to carry");
    struct question q = question_of(r, SPAN("GET"), r->behind, carried);
    return judge(&q, e) || error_in(e, "through the dashboard");
}

/* ---- the whole ----------------------------------------------------------------------------- */

static bool prints(struct span s, bool lines)
{
    for (size_t i = 0; i < s.len; i++)
        if ((s.at[i] < ' ' && !(lines && s.at[i] == '\n')) || s.at[i] > '~')
            return false;
    return true;
}

bool law_permits(const struct law_request *r, struct error *e)
{
    size_t i = 0;
    while (METHODS[i] && !span_is(r->method, METHODS[i]))
        i++;
    if (!METHODS[i])
        return error_set(e,
                         "the method \"%.*s\" may not be used: only GET, HEAD, POST and PROPFIND",
                         SPAN_FMT(span_first(r->method, 20)));
    if (r->target.len == 0 || r->target.at[0] != '/' || r->target.len > LAW_TARGET_MAX)
        return error_set(e, "a path must begin with / and be at most %d bytes long",
                         LAW_TARGET_MAX);
    for (i = 0; i < r->target.len; i++)
        if (r->target.at[i] <= ' ' || r->target.at[i] > '~' || strchr("#\\\"<>^`", r->target.at[i]))
            return error_set(e, "a path may hold printable ASCII without blank, #, \\ and \" only");
    if (r->body.len > LAW_BODY_MAX || !prints(r->body, true))
        return error_set(e, "a body may hold at most %d bytes of printable ASCII", LAW_BODY_MAX);
    return permits_fields(r, e) && permits_target(r, e);
}

static void print_rows(struct buf *out, const struct law_row *row)
{
    for (; row->method; row++) {
        buf_printf(out, "  %-8s %s", row->method, row->path);
        if (row->query)
            buf_printf(out, "?%s", row->query);
        if (row->body)
            buf_printf(out, "  %s", row->body);
        buf_printf(out, "\n           %s", row->why);
        if (row->products)
            buf_printf(out, "; of %s only", row->products);
        if (row->accept)
            buf_printf(out, "; with Accept: %s", row->accept);
        if (row->front)
            buf_printf(out, "; its first %u bytes", row->front);
        buf_str(out, "\n");
    }
}

void law_print(struct buf *out)
{
    buf_str(out,
            "What may be asked over HTTP. A path of words that ends with a list or a figure, and\n"
            "names of the server's own between the two, as /databases/{name}/stats:\n\n");
    law_words_print(out);
    buf_str(out, "\nwith these keys in its query:\n");
    for (struct span rest = span_str(FORM_SHOWING); rest.len;) {
        struct span key = span_cut(&rest, '&');
        buf_printf(out, "  %.*s\n", SPAN_FMT(key));
    }
    buf_str(
        out,
        "\nOr one of these rows; a GET may also be a HEAD. a|b is either, !key must be there, * adds\n"
        "the keys above, <kind> and {name} are filled in:\n\n");
    print_rows(out, LAW_GETS);
    print_rows(out, LAW_POSTS);
    print_rows(out, LAW_LEFT);
    buf_str(out, "\nOr one of these, which carries a GET of the above:\n\n");
    for (const struct law_proxy *p = PROXIES; p->method; p++)
        buf_printf(out, "  %-8s %s%s\n           %s\n", p->method, p->path,
                   p->in_query ? "?path={path:url}&method=GET" : "{path}", p->why);
    buf_str(out, "\nHeader fields:\n");
    for (size_t i = 0; i < sizeof(FIELDS) / sizeof(FIELDS[0]); i++)
        buf_printf(out, "  %s%s%s\n", FIELDS[i].name, FIELDS[i].values ? ": " : "",
                   FIELDS[i].values ? FIELDS[i].values : "");
    buf_str(out, "\n");
    law_statements_print(out);
    buf_str(out, "\nHow to propose what is missing: doc/catalog.md, \"Law 1\".\n");
}
