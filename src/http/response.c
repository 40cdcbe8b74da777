/* What is looked up in a response, and parsed at the first look. */
#include "http/response.h"

#include "base/reader.h"

enum {
    STATUS_LINE_MAX = 1024,
    TITLE_SEARCH_MAX = 64 * 1024,
    TITLE_MAX = 200,
};

const char *response_odd_text(unsigned bit)
{
    switch (bit) {
    case ODD_LINE: return "a line among the fields that is none";
    case ODD_STATUS_TWICE: return "a second status line";
    case ODD_FIRST_FOLDED: return "a first field that is folded";
    case ODD_FIRST_BLANK: return "blank lines before the status";
    case ODD_FIELDS: return "more or longer fields than are kept";
    case ODD_LENGTHS: return "lengths that contradict each other";
    case ODD_CHUNKS: return "chunks that are none";
    case ODD_CODED: return "compressed unasked";
    case ODD_UNDECODED: return "compressed and not readable";
    default: return "";
    }
}

void response_work_init(struct response_work *w)
{
    arena_init(&w->trees, WORK_TREES_MAX);
    w->values_left = WORK_VALUES_MAX;
    w->decoded_left = WORK_DECODED_MAX;
}

void response_work_release(struct response_work *w)
{
    arena_release(&w->trees);
}

struct span response_header_span(const struct response *r, struct span name)
{
    for (size_t i = 0; i < r->headers.len; i++)
        if (span_eq_nocase(r->headers.at[i].name, name))
            return r->headers.at[i].value;
    return SPAN_NONE;
}

struct span response_header(const struct response *r, const char *name)
{
    return response_header_span(r, span_str(name));
}

bool response_has_header(const struct response *r, struct span name)
{
    for (size_t i = 0; i < r->headers.len; i++)
        if (span_eq_nocase(r->headers.at[i].name, name))
            return true;
    return false;
}

struct response *response_from_text(struct arena *a, struct span text, struct error *e)
{
    struct response *r = ARENA_NEW(a, struct response);
    struct verdict v;
    struct reader in = reader_over(&v, text);
    if (!r) {
        error_set(e, "no memory for the response");
        return NULL;
    }
    r->arena = a;
    if (!response_status_line(r, reader_line(&in, STATUS_LINE_MAX))) {
        error_set(e, "the answer does not begin with an HTTP/1.x status line");
        return NULL;
    }
    while (reader_more(&in)) {
        struct span line = reader_line(&in, RESPONSE_LINE_MAX);
        if (line.len == 0)
            break;
        if (!response_field_line(r, line, 0) || r->odd) {
            error_set(e, "the answer has a line among its fields that is none: \"%.*s\"",
                      SPAN_FMT(span_first(line, 60)));
            return NULL;
        }
    }
    r->body = reader_rest(&in);
    if (!reader_ok(&in)) {
        error_set(e, "the answer's head is not complete: %s", v.why);
        return NULL;
    }
    return r;
}

/* A whole value in a body that is cut counts; behind one in a whole body nothing may follow. */
static void parse_document(struct response *r, struct span body, bool xml)
{
    struct response_work *work = r->work;
    size_t left = RESPONSE_VALUES_MAX;
    enum json_end end;
    struct span rest;
    if (work && work->values_left < left)
        left = work->values_left;
    size_t before = left;
    const struct node *n = (xml ? xml_front : json_front)(work ? &work->trees : r->arena, body, &left, &end, &rest);
    if (work)
        work->values_left -= before - left;
    if (end == JSON_WHOLE && rest.len && !r->cut)
        return;
    r->cut |= end == JSON_CUT;
    r->json = n;
}

/* It says so, in front or in its head. */
static bool is_xml(const struct response *r, struct span body)
{
    struct span type = response_header(r, "content-type");
    return span_starts(body, SPAN("<?xml")) || span_starts(body, SPAN("\xef\xbb\xbf<?xml")) ||
           (span_starts(body, SPAN("<")) && span_has(type, "xml") && !span_has(type, "html"));
}

const struct node *response_json(struct response *r)
{
    if (!r->json_tried) {
        struct span body = span_trim(r->body);
        /* A byte that can begin a JSON text: saves the parser from every HTML page. */
        if (body.len && memchr("{[\"-0123456789tfn", body.at[0], 17))
            parse_document(r, body, false);
        else if (is_xml(r, body))
            parse_document(r, body, true);
    }
    r->json_tried = true;
    return r->json;
}

/* What follows the first "<title" in any case; an empty span where there is none. */
static struct span behind_title(struct span page)
{
    static const struct span mark = SPAN("<title");
    for (;;) {
        page = span_from(page, span_index(page, '<'));
        if (page.len < mark.len)
            return SPAN_NONE;
        if (ascii_lower(page.at[1]) == 't' && span_eq_nocase(span_first(page, mark.len), mark))
            return span_from(page, mark.len);
        page = span_from(page, 1);
    }
}

struct span response_title(struct response *r)
{
    if (r->title_tried)
        return r->title;
    r->title_tried = true;
    struct span page = behind_title(span_first(r->body, TITLE_SEARCH_MAX));
    size_t open = span_index(page, '>');
    if (open == page.len)
        return SPAN_NONE;
    page = span_from(page, open + 1);
    r->title = span_trim(span_first(page, span_index(span_first(page, TITLE_MAX), '<')));
    return r->title;
}
