/* Lines "name: value" in blocks: LDIF (RFC 2849), vCard (RFC 6350, 2426 and 2.1), iCalendar (RFC 5545). A line that
 * begins with a blank goes on with the one before. */
#include "base/base64.h"
#include "pii/recast_inside.h"

/* What short names mean, in words that a heading would have. */
static struct span name_in_words(struct span name)
{
    static const struct {
        const char *name, *words;
    } NAMES[] = { { "cn", "full name" },      { "sn", "surname" },          { "fn", "full name" },
                  { "l", "city" },            { "st", "state" },            { "o", "organisation" },
                  { "ou", "department" },     { "uid", "user id" },         { "bday", "birthday" },
                  { "adr", "postal address" }, { "tel", "telephone" },      { "org", "organisation" },
                  { "mail", "mail" },         { "telephoneNumber", "telephone" }, { "gn", "given name" },
                  { "c", "country" },         { "street", "street address" } };
    for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++)
        if (span_eq_nocase(name, span_str(NAMES[i].name)))
            return span_str(NAMES[i].words);
    return name;
}

/* Holds what no text does: a picture, a key. */
static bool is_binary(struct span s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.at[i] < ' ' && !ascii_is_space(s.at[i]))
            return true;
    return false;
}

/* "attribute: value", "attribute:: base64", "attribute:< url"; a blank line ends an entry. */
static void ldif_line(struct recast *r, struct span line)
{
    if (line.len == 0) {
        tree_end_record(&r->tree);
        return;
    }
    size_t colon = span_index(line, ':');
    if (line.at[0] == '#' || colon == line.len || line.at[0] == '-') {
        if (line.at[0] != '-')
            tree_text(&r->tree, line);
        return;
    }
    struct span name = span_first(line, colon), value = span_from(line, colon + 1);
    name = span_first(name, span_index(name, ';')); /* options: ";lang-de", ";binary" */
    buf_reset(&r->value);
    if (span_starts(value, SPAN(":")))
        base64_read(&r->value, span_from(value, 1));
    else
        buf_put(&r->value, span_trim(value));
    if (!is_binary(buf_span(&r->value)))
        tree_value(&r->tree, name_in_words(name), buf_span(&r->value));
}

/* The parts of "Meyer;Anna;;Dr.;", each unescaped. */
static struct span next_part(struct recast *r, struct span *rest)
{
    size_t n = 0;
    buf_reset(&r->value);
    for (; n < rest->len && rest->at[n] != ';'; n++) {
        if (rest->at[n] == '\\' && n + 1 < rest->len)
            n++;
        buf_byte(&r->value, rest->at[n]);
    }
    *rest = span_from(*rest, n + 1);
    return buf_span(&r->value);
}

static void person_name(struct recast *r, struct span value)
{
    static const char *const PARTS[] = { "surname", "given name", "middle name" };
    for (size_t i = 0; i < 3 && value.len; i++)
        tree_value(&r->tree, span_str(PARTS[i]), next_part(r, &value));
}

static void joined(struct recast *r, struct span name, struct span value)
{
    struct buf all;
    buf_init(&all, RECAST_PIECE_MAX);
    while (value.len) {
        struct span part = span_trim(next_part(r, &value));
        if (part.len && all.len)
            buf_str(&all, ", ");
        buf_put(&all, part);
    }
    tree_value(&r->tree, name, buf_span(&all));
    buf_release(&all);
}

/* The value of a parameter, CN="Anna Meyer" or ENCODING=b; empty where it is not there. */
static struct span parameter(struct span parameters, const char *name)
{
    while (parameters.len) {
        struct span one = span_cut(&parameters, ';'), key = span_cut(&one, '=');
        if (span_eq_nocase(key, span_str(name)))
            return one.len > 1 && one.at[0] == '"' ? span_sub(one, 1, one.len - 2) : one;
    }
    return SPAN_NONE;
}

static bool has_word(struct span parameters, const char *word)
{
    while (parameters.len) {
        struct span one = span_cut(&parameters, ';');
        size_t sign = span_index(one, '=');
        if (span_eq_nocase(sign < one.len ? span_from(one, sign + 1) : one, span_str(word)))
            return true;
    }
    return false;
}

/* Where the colon is that ends the name and its parameters, which may be quoted. */
static size_t colon_of(struct span line)
{
    bool quoted = false;
    for (size_t i = 0; i < line.len; i++) {
        quoted = quoted != (line.at[i] == '"');
        if (line.at[i] == ':' && !quoted)
            return i;
    }
    return line.len;
}

static void take_property(struct recast *r, struct span name, struct span parameters, struct span value)
{
    bool id = r->kind == RECAST_CALENDAR && span_eq_nocase(name, SPAN("UID")); /* looks like a mailbox, and is none */
    if (id)
        return;
    bool base64 = has_word(parameters, "b") || has_word(parameters, "base64");
    if (base64 || span_starts(value, SPAN("data:"))) {
        r->left_out++;
        return;
    }
    struct buf plain;
    buf_init(&plain, RECAST_PIECE_MAX);
    if (has_word(parameters, "quoted-printable"))
        put_quoted_printable(&plain, value, false);
    else
        buf_put(&plain, value);
    value = buf_span(&plain);
    bool scheme = span_eq_nocase(span_first(value, 7), SPAN("mailto:"));
    if (scheme || span_starts(value, SPAN("tel:")))
        value = span_from(value, scheme ? 7 : 4);
    struct span person = parameter(parameters, "CN");
    if (person.len)
        tree_value(&r->tree, SPAN("person name"), person);
    if (span_eq_nocase(name, SPAN("N")))
        person_name(r, value);
    else if (span_eq_nocase(name, SPAN("ADR")) || span_eq_nocase(name, SPAN("ORG")))
        joined(r, name_in_words(name), value);
    else
        tree_value(&r->tree, scheme ? SPAN("mail") : name_in_words(name), next_part(r, &value));
    buf_release(&plain);
}

static void card_line(struct recast *r, struct span line)
{
    size_t colon = colon_of(line);
    struct span head = span_first(line, colon), value = span_from(line, colon + 1);
    struct span name = span_cut(&head, ';');
    size_t dot = span_index(name, '.');
    name = dot < name.len ? span_from(name, dot + 1) : name; /* item1.TEL */
    if (colon == line.len) {
        tree_text(&r->tree, line);
    } else if (span_eq_nocase(name, SPAN("BEGIN"))) {
        tree_end_record(&r->tree);
    } else if (span_eq_nocase(name, SPAN("END"))) {
        tree_end_record(&r->tree);
    } else {
        take_property(r, name, head, span_trim(value));
    }
}

/* The line that has gathered in r->cells is whole. */
void cards_end(struct recast *r)
{
    struct span line = buf_span(&r->cells);
    if (line.len && r->kind == RECAST_LDIF)
        ldif_line(r, line);
    else if (line.len)
        card_line(r, line);
    buf_reset(&r->cells);
}

void cards_line(struct recast *r, struct span line)
{
    bool soft = r->kind == RECAST_VCARD && r->cells.len && r->cells.at[r->cells.len - 1] == '=' &&
                span_has(buf_span(&r->cells), "QUOTED-PRINTABLE");
    bool more = r->cells.len && line.len && (line.at[0] == ' ' || line.at[0] == '\t');
    if ((more || soft) && r->cells.len + line.len < RECAST_PIECE_MAX) {
        r->cells.len -= soft;
        buf_put(&r->cells, more ? span_from(line, 1) : line);
        return;
    }
    cards_end(r);
    if (line.len)
        buf_put(&r->cells, line);
    else if (r->kind == RECAST_LDIF)
        ldif_line(r, SPAN_NONE);
}
