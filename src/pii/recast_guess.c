/* What a text is, by how it begins and by what most of its lines are. */
#include "pii/recast_inside.h"

enum { LINES_LEAST = 3, NAME_LONGEST = 40 };

static bool starts_nocase(struct span s, const char *word)
{
    struct span wanted = span_str(word);
    return s.len >= wanted.len && span_eq_nocase(span_first(s, wanted.len), wanted);
}

static bool is_xml(struct span s)
{
    if (starts_nocase(s, "<?xml") || starts_nocase(s, "<!doctype "))
        return true;
    /* "<name" and somewhere "</name>", as documents without a declaration have it. */
    size_t n = 1;
    while (n < s.len && n < NAME_LONGEST && (s.at[n] == '_' || s.at[n] == ':' || s.at[n] == '-' || s.at[n] == '.' ||
                                             ascii_is_digit(s.at[n]) || (s.at[n] | 32) >= 'a'))
        n++;
    if (n == 1 || n >= s.len || !(ascii_is_space(s.at[n]) || s.at[n] == '>' || s.at[n] == '/'))
        return false;
    return span_has(span_first(s, 4096), "</") || span_has(span_first(s, 4096), "/>");
}

static bool is_html(struct span s)
{
    struct span near = span_first(s, 2048);
    return starts_nocase(s, "<!doctype html") || starts_nocase(s, "<html") || starts_nocase(s, "<table") ||
           (s.at[0] == '<' && (span_has(near, "<html") || span_has(near, "<HTML") || span_has(near, "<head>") ||
                               span_has(near, "<body") || span_has(near, "<div")));
}

static bool is_header(struct span line)
{
    size_t n = 0;
    while (n < line.len && n < NAME_LONGEST && line.at[n] > ' ' && line.at[n] < 0x7f && line.at[n] != ':')
        n++;
    return n > 1 && n < line.len && line.at[n] == ':' && (n + 1 == line.len || line.at[n + 1] == ' ');
}

/* Headers that every mail has, in front of a blank line. */
static bool is_mail(struct span s)
{
    size_t headers = 0, known = 0;
    if (span_starts(s, SPAN("From "))) {
        struct span first = span_cut(&s, '\n');
        if (!is_header(s) || !span_has(first, ":")) /* From who Mon Jan  1 00:00:00 2020 */
            return false;
    }
    for (size_t lines = 0; s.len && lines < RECAST_LINES_LOOKED_AT; lines++) {
        struct span line = span_cut(&s, '\n');
        if (span_trim(line).len == 0)
            break;
        if (line.at[0] == ' ' || line.at[0] == '\t')
            continue;
        if (!is_header(line))
            return false;
        headers++;
        known += starts_nocase(line, "From:") || starts_nocase(line, "Subject:") || starts_nocase(line, "Date:") ||
                 starts_nocase(line, "Message-ID:") || starts_nocase(line, "Received:") ||
                 starts_nocase(line, "MIME-Version:") || starts_nocase(line, "To:") ||
                 starts_nocase(line, "Return-Path:");
    }
    return headers >= 3 && known >= 3;
}

/* What lines are, counted. */
struct census {
    size_t lines, keys, items, sections, settings, forms, indented, texts;
};

static bool is_key_byte(uint8_t c)
{
    return ascii_is_digit(c) || (c | 32) >= 'a' || (c && strchr("_-./ \"'()#", c));
}

/* The offset of `sign` behind a name that begins the line; 0 where there is none. */
static size_t name_before(struct span s, uint8_t sign)
{
    size_t n = 0, words = 0;
    while (n < s.len && n < NAME_LONGEST && s.at[n] != sign && is_key_byte(s.at[n])) {
        words += s.at[n] == ' ';
        n++;
    }
    return n > 0 && n < s.len && s.at[n] == sign && words <= 4 ? n : 0;
}

static bool is_form(struct span s)
{
    size_t pairs = 0;
    while (s.len) {
        struct span one = span_cut(&s, '&');
        size_t sign = span_index(one, '=');
        if (sign == 0 || sign == one.len)
            return false;
        for (size_t i = 0; i < one.len; i++)
            if (one.at[i] <= ' ' || one.at[i] == '<' || one.at[i] == '{' || one.at[i] == '"')
                return false;
        pairs++;
    }
    return pairs >= 2;
}

static void count_line(struct census *c, struct span line)
{
    struct span s = span_trim(line);
    if (s.len == 0 || s.at[0] == '#' || s.at[0] == ';' || span_starts(s, SPAN("---")))
        return;
    c->lines++;
    bool item = s.at[0] == '-' && s.len > 1 && s.at[1] == ' ';
    c->items += item;
    c->indented += line.at[0] == ' ';
    if (item)
        s = span_trim(span_from(s, 1));
    size_t colon = name_before(s, ':');
    bool key = colon && (colon + 1 == s.len || s.at[colon + 1] == ' ') &&
               !(s.at[s.len - 1] == ';' || s.at[s.len - 1] == '{' || s.at[s.len - 1] == ',');
    c->keys += key;
    c->forms += is_form(s);
    c->sections += s.at[0] == '[' && s.at[s.len - 1] == ']' && span_index(s, ',') == s.len;
    c->settings += name_before(s, '=') > 0 && s.at[s.len - 1] != ';' && s.at[s.len - 1] != '{';
    c->texts += !key && !item && line.at[0] != ' ';
}

static enum recast_kind guess_lines(struct span head, bool whole)
{
    struct census c = { 0 };
    bool begun = span_starts(head, SPAN("---\n")) || span_starts(head, SPAN("%YAML"));
    while (head.len && c.lines < RECAST_LINES_LOOKED_AT) {
        struct span line = span_cut(&head, '\n');
        if (head.len == 0 && !whole)
            break;
        count_line(&c, line);
    }
    if (c.lines && c.forms == c.lines)
        return RECAST_FORM;
    if (c.sections && c.settings && (c.sections + c.settings) * 10 >= c.lines * 9)
        return RECAST_INI;
    if (c.lines < LINES_LEAST && !(begun && c.keys) && !(c.keys == c.lines && c.keys > 1))
        return RECAST_NOT;
    size_t fit = c.keys + c.items;
    if (c.keys && (c.texts * 20 <= c.lines) && (fit * 10 >= c.lines * 6 || (begun && fit * 2 >= c.lines)))
        return RECAST_YAML;
    return RECAST_NOT;
}

static bool is_hl7(struct span s)
{
    while (s.len && s.at[0] < ' ')
        s = span_from(s, 1);
    return span_starts(s, SPAN("MSH|^~\\&")) || span_starts(s, SPAN("FHS|^~\\&")) || span_starts(s, SPAN("BHS|^~\\&"));
}

static bool is_ldif(struct span s)
{
    while (s.len && s.at[0] == '#')
        (void)span_cut(&s, '\n');
    s = span_trim(s);
    return starts_nocase(s, "version: 1\ndn:") || starts_nocase(s, "version: 1\n\ndn:") ||
           ((starts_nocase(s, "dn: ") || starts_nocase(s, "dn:: ")) && span_has(span_first(s, 8192), "objectClass:")) ||
           (starts_nocase(s, "dn: ") && span_has(span_first(s, 200), ",dc="));
}

static bool is_git(struct span s)
{
    return span_starts(s, SPAN("commit ")) && s.len > 56 &&
           (span_has(span_first(s, 200), "\nAuthor: ") || span_has(span_first(s, 200), "\nMerge: "));
}

enum recast_kind recast_guess_begin(struct span head)
{
    struct span s = span_trim(head);
    struct edi x12;
    if (s.len < 4)
        return RECAST_NOT;
    if (s.at[0] == '<')
        return is_html(s) ? RECAST_HTML : is_xml(s) ? RECAST_XML : RECAST_NOT;
    if (starts_nocase(s, "BEGIN:VCARD"))
        return RECAST_VCARD;
    if (starts_nocase(s, "BEGIN:VCALENDAR"))
        return RECAST_CALENDAR;
    if (is_hl7(head))
        return RECAST_HL7;
    if (span_starts(s, SPAN("ISA")) && edi_begin(&x12, RECAST_X12, s) && span_index(span_first(s, 4), x12.element) == 3)
        return RECAST_X12;
    if (span_starts(s, SPAN("UNA:+")) || span_starts(s, SPAN("UNB+UNO")))
        return RECAST_EDIFACT;
    if (is_ldif(s))
        return RECAST_LDIF;
    if (is_git(s))
        return RECAST_GIT;
    return is_mail(s) ? RECAST_MAIL : RECAST_NOT;
}

enum recast_kind recast_guess_lines(struct span head, bool whole)
{
    struct fixed fixed;
    if (head.len < 4)
        return RECAST_NOT;
    enum recast_kind lines = guess_lines(head, whole);
    if (lines != RECAST_NOT)
        return lines;
    return fixed_begin(&fixed, head, whole) ? RECAST_FIXED : RECAST_NOT;
}
