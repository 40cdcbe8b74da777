/* See law_form.h. */
#include "http/law_form.h"

#include "base/hex.h"
#include "http/law_sql.h"

enum { QUERY_KEYS_MAX = 12 };

/* None of these can turn a list of names or a figure into records. */
const char *const FORM_SHOWING =
    "format=json|yaml|text|prometheus&wt=json&f=json&pretty=<flag>&json=<flag>&human=<flag>&"
    "verbose=<flag>&v=<flag>&bytes=b&h=<cols>&s=<cols>&level=cluster|node|indices|shards&"
    "filter_path=<cols>&expand_wildcards=<cols>&local=<flag>&limit=<n>&n=<n>&page=<n>&pageNo=<n>&"
    "pageNum=<n>&pageSize=<n>&page_size=<n>&perPage=<n>&per_page=<n>&offset=<n>&skip=<n>&"
    "output=json|minimal|verbose&simple=<flag>&all=<flag>";

static bool is_letter(uint8_t c)
{
    return ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z';
}

static bool only(struct span s, const char *others)
{
    for (size_t i = 0; i < s.len; i++)
        if (!is_letter(s.at[i]) && !ascii_is_digit(s.at[i]) && !strchr(others, s.at[i]))
            return false;
    return s.len > 0 && span_index(s, 0) == s.len;
}

static bool all_digits(struct span s, size_t max)
{
    for (size_t i = 0; i < s.len; i++)
        if (!ascii_is_digit(s.at[i]))
            return false;
    return s.len > 0 && s.len <= max;
}

/* ---- kinds --------------------------------------------------------------------------------- */

static bool kind_flag(struct span s)
{
    static const char *const words[] = { "", "true", "false", "0", "1", "yes", "no" };
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (span_is(s, words[i]))
            return true;
    return false;
}

/* `{job=~".+"}`: all streams that have one label. */
static bool kind_selector(struct span s)
{
    return s.len > 8 && span_starts(s, SPAN("{")) && span_ends(s, SPAN("=~\".+\"}")) &&
           only(span_sub(s, 1, s.len - 8), "_");
}

/* "Hadoop:service=NameNode,name=*": beans of Hadoop's own; those of the machine below it tell its
 * environment. */
static bool kind_bean(struct span s)
{
    struct span domain = span_cut(&s, ':');
    if (!span_is(domain, "Hadoop") && !span_is(domain, "metrics"))
        return false;
    if (span_is(s, "*"))
        return true;
    do {
        struct span value = span_cut(&s, ','), key = span_cut(&value, '=');
        if (!span_is(key, "service") && !span_is(key, "name") && !span_is(key, "sub"))
            return false;
        if (!only(value, "._-*"))
            return false;
    } while (s.len);
    return true;
}

/* Kinds of things that FHIR counts. */
static bool kind_resource(struct span s)
{
    static const char *const words[] = {
        "Patient",           "Encounter",          "Observation",      "Condition",
        "Procedure",         "Practitioner",       "DiagnosticReport", "ImagingStudy",
        "Immunization",      "AllergyIntolerance", "Organization",     "MedicationRequest",
        "DocumentReference", "Location",           "Coverage",
    };
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (span_is(s, words[i]))
            return true;
    return false;
}

/* A name as it is written in a request, or as it was sent: unreserved bytes and escapes. */
static bool kind_name(struct span s, bool sent)
{
    if (!sent)
        return span_is(s, "{name}");
    for (size_t i = 0; i < s.len; i++) {
        bool escape = s.at[i] == '%' && i + 2 < s.len && hex_is_digit(s.at[i + 1]) &&
                      hex_is_digit(s.at[i + 2]);
        if (!escape && !only(span_sub(s, i, 1), "-._~"))
            return false;
        i += escape ? 2 : 0;
    }
    return s.len > 0 && !span_is(s, ".") && !span_is(s, "..");
}

static bool kind_version(struct span s)
{
    if (s.len && s.at[0] == 'v')
        s = span_from(s, 1);
    return s.len <= 8 && s.len && ascii_is_digit(s.at[0]) && only(s, ".") && !span_has(s, "..") &&
           s.at[s.len - 1] != '.';
}

/* Whether `s`, decoded, is of the kind that a form calls `<kind>`. */
static bool kind_fits(struct span kind, struct span s, struct error *e)
{
    if (span_starts(kind, SPAN("sql:")))
        return law_statement(span_from(kind, 4), s, e);
    if (span_is(kind, "n"))
        return all_digits(s, 4);
    if (span_is(kind, "digits"))
        return all_digits(s, 19);
    if (span_is(kind, "flag"))
        return kind_flag(s);
    if (span_is(kind, "cols"))
        return only(s, "_.,*:@-");
    if (span_is(kind, "word"))
        return only(s, "_.-");
    if (span_is(kind, "jmx"))
        return kind_bean(s);
    if (span_is(kind, "selector"))
        return kind_selector(s);
    if (span_is(kind, "version"))
        return kind_version(s);
    return span_is(kind, "resource") && kind_resource(s);
}

/* The kind where a form is one `<kind>` and nothing else. */
static bool is_kind(struct span form, struct span *ret)
{
    if (form.len < 3 || form.at[0] != '<' || form.at[form.len - 1] != '>')
        return false;
    *ret = span_sub(form, 1, form.len - 2);
    return true;
}

/* ---- paths --------------------------------------------------------------------------------- */

bool form_path_cut(struct span path, struct form_path *ret)
{
    ret->len = 0;
    if (path.len == 0 || path.at[0] != '/')
        return false;
    path = span_from(path, 1);
    while (path.len) {
        struct span segment = span_cut(&path, '/');
        if (segment.len == 0 || ret->len == FORM_SEGMENTS_MAX)
            return false;
        ret->at[ret->len++] = segment;
    }
    return true;
}

static bool segment_fits(struct span form, struct span segment, bool sent)
{
    struct error unused;
    while (form.len) {
        struct span one = span_cut(&form, '|'), kind;
        if (span_is(one, "{name}")) {
            if (kind_name(segment, sent))
                return true;
        } else if (is_kind(one, &kind)) {
            if (kind_fits(kind, segment, &unused))
                return true;
        } else if (span_eq(one, segment)) {
            return true;
        }
    }
    return false;
}

size_t form_path_fits(const char *form, const struct form_path *path, bool sent)
{
    struct span rest = span_from(span_str(form), 1);
    size_t n = 0;
    while (rest.len && n < path->len && segment_fits(span_cut(&rest, '/'), path->at[n], sent))
        n++;
    return n;
}

size_t form_path_length(const char *form)
{
    size_t n = 0;
    for (struct span rest = span_from(span_str(form), 1); rest.len; n++)
        (void)span_cut(&rest, '/');
    return n;
}

/* ---- queries ------------------------------------------------------------------------------- */

bool form_decode(struct span s, uint8_t *out, struct span *ret)
{
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++) {
        uint8_t c = s.at[i] == '+' ? ' ' : s.at[i];
        if (c == '%') {
            if (i + 2 >= s.len || !hex_is_digit(s.at[i + 1]) || !hex_is_digit(s.at[i + 2]))
                return false;
            c = (uint8_t)(hex_value(s.at[i + 1]) << 4 | hex_value(s.at[i + 2]));
            i += 2;
        }
        if (c < ' ' || c > '~' || n == FORM_VALUE_MAX)
            return false;
        out[n++] = c;
    }
    *ret = span_of(out, n);
    return true;
}

static bool value_fits(struct span form, struct span raw, bool sent, struct error *e)
{
    uint8_t text[FORM_VALUE_MAX];
    struct span value, kind;
    e->text[0] = '\0';
    if (span_is(form, "<name>"))
        return kind_name(raw, sent);
    if (!form_decode(raw, text, &value))
        return error_set(e, "a value may be %d bytes of printable ASCII, percent-encoded once",
                         FORM_VALUE_MAX);
    if (span_index(value, '%') < value.len)
        return error_set(e, "a value may be percent-encoded at most once");
    if (form.len == 0)
        return value.len == 0;
    while (form.len) {
        struct span one = span_cut(&form, '|');
        if (is_kind(one, &kind) ? kind_fits(kind, value, e) : span_eq(one, value))
            return true;
    }
    return false;
}

/* The row of a query form for a key, cut from its front: "key=form", with `!` before it where it
 * must be there. */
struct key_form {
    struct span key, form;
    bool needed;
};

static bool next_key(struct span *forms, struct key_form *ret)
{
    if (forms->len == 0)
        return false;
    struct span one = span_cut(forms, '&');
    ret->needed = span_starts(one, SPAN("!"));
    if (ret->needed)
        one = span_from(one, 1);
    ret->key = span_cut(&one, '=');
    ret->form = one;
    return true;
}

static bool key_form_of(struct span forms, struct span key, struct key_form *ret)
{
    while (next_key(&forms, ret)) {
        if (span_eq(ret->key, key))
            return true;
        if (span_is(ret->key, "*") && key_form_of(span_str(FORM_SHOWING), key, ret))
            return true;
    }
    return false;
}

static bool pair_fits(const char *form, struct span key, struct span value, bool sent,
                      struct error *e)
{
    struct key_form k;
    struct error why;
    if (!key_form_of(span_str(form), key, &k))
        return error_set(e, "the query key \"%.*s\" may not be sent here",
                         SPAN_FMT(span_first(key, 40)));
    if (value_fits(k.form, value, sent, &why))
        return true;
    if (why.text[0])
        return error_set(e, "the query key \"%.*s\": %s", SPAN_FMT(key), why.text);
    return error_set(e, "the query key \"%.*s\" may not be \"%.*s\", only %s%.*s", SPAN_FMT(key),
                     SPAN_FMT(span_first(value, 60)), k.form.len ? "" : "empty",
                     SPAN_FMT(span_first(k.form, 100)));
}

bool form_query_fits(const char *form, struct span query, bool sent, struct error *e)
{
    struct span seen[QUERY_KEYS_MAX];
    size_t count = 0;
    if (!form)
        return query.len == 0 || error_set(e, "no query may follow this path");
    while (query.len) {
        struct span value = span_cut(&query, '&'), key = span_cut(&value, '=');
        for (size_t i = 0; i < count; i++)
            if (span_eq(seen[i], key))
                return error_set(e, "the query key \"%.*s\" stands there twice", SPAN_FMT(key));
        if (count == QUERY_KEYS_MAX)
            return error_set(e, "a query may have at most %d keys", QUERY_KEYS_MAX);
        seen[count++] = key;
        if (!pair_fits(form, key, value, sent, e))
            return false;
    }
    struct key_form k;
    for (struct span forms = span_str(form); next_key(&forms, &k);) {
        bool there = !k.needed;
        for (size_t i = 0; i < count; i++)
            there = there || span_eq(seen[i], k.key);
        if (!there)
            return error_set(e, "the query must say \"%.*s%s%.*s\"", SPAN_FMT(k.key),
                             k.form.len ? "=" : "", SPAN_FMT(k.form));
    }
    return true;
}

bool form_query_knows(const char *form, struct span query)
{
    struct key_form k;
    struct span pair = span_cut(&query, '&');
    if (!form || pair.len == 0)
        return !form && pair.len == 0;
    return key_form_of(span_str(form), span_cut(&pair, '='), &k);
}

/* ---- bodies -------------------------------------------------------------------------------- */

/* The JSON without the blanks between its tokens. */
static struct span without_blanks(struct span body, uint8_t *out)
{
    bool quoted = false;
    size_t n = 0;
    for (size_t i = 0; i < body.len; i++) {
        if (quoted && body.at[i] == '\\' && i + 1 < body.len) {
            out[n++] = body.at[i++];
        } else if (body.at[i] == '"') {
            quoted = !quoted;
        } else if (!quoted && ascii_is_space(body.at[i])) {
            continue;
        }
        out[n++] = body.at[i];
    }
    return span_of(out, n);
}

/* The length of a JSON string's inside. A sent name may hold escapes; nothing else may. */
static size_t string_length(struct span s, bool escapes)
{
    size_t n = 0;
    while (n < s.len && s.at[n] != '"') {
        if (s.at[n] == '\\' && (!escapes || n + 1 == s.len))
            return SIZE_MAX;
        n += s.at[n] == '\\' ? 2 : 1;
    }
    return n > s.len ? SIZE_MAX : n;
}

/* `"a","b"`: at least one name; not sent, each is {name} or a plain word. */
static bool take_names(struct span *s, bool sent)
{
    do {
        if (!span_starts(*s, SPAN("\"")))
            return false;
        *s = span_from(*s, 1);
        size_t n = string_length(*s, sent);
        if (n == SIZE_MAX || n == 0)
            return false;
        struct span name = span_first(*s, n);
        if (!sent && !span_is(name, "{name}") && !only(name, "_-$+/.()"))
            return false;
        *s = span_from(*s, n);
        if (!span_starts(*s, SPAN("\"")))
            return false;
        *s = span_from(*s, 1);
    } while (span_starts(*s, SPAN(",")) && (*s = span_from(*s, 1), true));
    return true;
}

static bool take_kind(struct span kind, struct span *s, bool sent, struct error *e)
{
    if (span_is(kind, "names"))
        return take_names(s, sent);
    bool name = span_is(kind, "name");
    size_t n = string_length(*s, name && sent);
    if (n == SIZE_MAX || n == 0)
        return error_set(e, "the body may hold no backslash");
    struct span inside = span_first(*s, n);
    *s = span_from(*s, n);
    return name ? sent || span_is(inside, "{name}") : kind_fits(kind, inside, e);
}

bool form_body_fits(const char *form, struct span body, bool sent, struct error *e)
{
    uint8_t text[FORM_VALUE_MAX];
    if (!form || body.len == 0)
        return (!form && body.len == 0) ||
               error_set(e, form ? "the body must be %s" : "no body may be sent here", form);
    if (body.len > sizeof(text))
        return error_set(e, "a body may be at most %d bytes long", FORM_VALUE_MAX);
    struct span rest = without_blanks(body, text), left = span_str(form);
    e->text[0] = '\0';
    while (left.len) {
        if (left.at[0] == '<') {
            struct span kind = span_cut(&left, '>');
            if (!take_kind(span_from(kind, 1), &rest, sent, e))
                break;
            continue;
        }
        if (rest.len == 0 || rest.at[0] != left.at[0])
            break;
        left = span_from(left, 1);
        rest = span_from(rest, 1);
    }
    if (left.len == 0 && rest.len == 0 && !e->text[0])
        return true;
    return e->text[0] ? false : error_set(e, "the body must be %s", form);
}
