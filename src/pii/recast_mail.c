/* Mailboxes (mbox), single mails and the log of git. Addresses are cut into name and mailbox; bodies are text,
 * after quoted-printable or base64; pictures and documents in mail are left out and counted. */
#include "base/base64.h"
#include "pii/recast_inside.h"

static void end_mail(struct recast *r)
{
    tree_end_record(&r->tree);
    while (r->tree.depth)
        tree_close(&r->tree);
    r->mail = (struct mail){ .is_text = true };
}

/* "=?utf-8?Q?M=C3=BCller?=" among plain words; into r->value. */
static void put_words(struct buf *to, struct span s)
{
    while (s.len) {
        size_t at = span_find(s, SPAN("=?"));
        buf_put(to, span_first(s, at));
        if (at == SIZE_MAX)
            return;
        s = span_from(s, at + 2);
        struct span rest = s, coding;
        (void)span_cut(&rest, '?');
        coding = span_cut(&rest, '?');
        size_t end = span_find(rest, SPAN("?="));
        if (end == SIZE_MAX || coding.len != 1)
            continue;
        if ((coding.at[0] | 32) == 'b')
            base64_read(to, span_first(rest, end));
        else
            put_quoted_printable(to, span_first(rest, end), true);
        s = span_from(rest, end + 2);
        struct span behind = span_trim(s);
        if (span_starts(behind, SPAN("=?")))
            s = behind;
    }
}

/* The next of "Anna Meyer <am@example.org>, jo@example.net": commas within quotes or brackets part nothing. */
static struct span next_address(struct span *s)
{
    bool quoted = false;
    size_t n = 0;
    for (; n < s->len && (quoted || s->at[n] != ','); n++)
        quoted = quoted != (s->at[n] == '"');
    struct span one = span_first(*s, n);
    *s = span_from(*s, n + 1);
    return span_trim(one);
}

static void put_addresses(struct recast *r, struct span header, struct span value)
{
    tree_begin_record(&r->tree);
    tree_open(&r->tree, header);
    while (value.len) {
        struct span one = next_address(&value);
        size_t open = span_index(one, '<');
        struct span mail = open < one.len ? span_from(one, open + 1) : one;
        mail = span_first(mail, span_index(mail, '>'));
        if (span_index(mail, '@') == mail.len && open == one.len) {
            tree_value(&r->tree, SPAN("name"), one);
            continue;
        }
        tree_value(&r->tree, SPAN("mail"), mail);
        struct span name = span_trim(span_first(one, open < one.len ? open : 0));
        if (name.len > 1 && name.at[0] == '"')
            name = span_sub(name, 1, name.len - 2);
        tree_value(&r->tree, SPAN("full name"), name);
    }
    tree_close(&r->tree);
}

static bool has_no_case(struct span s, const char *word)
{
    struct span wanted = span_str(word);
    for (size_t i = 0; i + wanted.len <= s.len; i++)
        if (span_eq_nocase(span_sub(s, i, wanted.len), wanted))
            return true;
    return false;
}

static void take_boundary(struct mail *m, struct span value)
{
    for (size_t i = 0; i + 9 < value.len; i++) {
        if (!span_eq_nocase(span_sub(value, i, 9), SPAN("boundary=")))
            continue;
        struct span b = span_from(value, i + 9);
        bool quoted = b.at[0] == '"';
        b = span_from(b, quoted);
        b = span_first(b, span_index(b, quoted ? '"' : ';'));
        if (b.len && b.len <= BOUNDARY_MAX && m->boundaries < MAIL_PARTS_DEEP) {
            memcpy(m->boundary[m->boundaries], b.at, b.len);
            m->boundary_len[m->boundaries++] = (uint8_t)b.len;
        }
        return;
    }
}

static void take_header(struct recast *r, struct span line)
{
    static const char *const OF_PEOPLE[] = { "From", "To", "Cc", "Bcc", "Reply-To", "Sender", "Return-Path",
                                             "Delivered-To", "Author", "Commit", "Committer" };
    size_t colon = span_index(line, ':');
    struct span name = span_first(line, colon), value = span_trim(span_from(line, colon + 1));
    struct mail *m = &r->mail;
    if (colon == line.len) {
        tree_text(&r->tree, line);
        return;
    }
    if (span_eq_nocase(name, SPAN("Content-Transfer-Encoding"))) {
        m->transfer = span_eq_nocase(value, SPAN("base64"))             ? TRANSFER_BASE64
                      : span_eq_nocase(value, SPAN("quoted-printable")) ? TRANSFER_QUOTED
                                                                        : TRANSFER_PLAIN;
        return;
    }
    if (span_eq_nocase(name, SPAN("Content-Type"))) {
        m->is_text = has_no_case(value, "text/") || has_no_case(value, "message/") || has_no_case(value, "json") ||
                     has_no_case(value, "multipart/") || has_no_case(value, "xml");
        take_boundary(m, value);
        return;
    }
    buf_reset(&r->value);
    put_words(&r->value, value);
    for (size_t i = 0; i < sizeof(OF_PEOPLE) / sizeof(OF_PEOPLE[0]); i++)
        if (span_eq_nocase(name, span_str(OF_PEOPLE[i]))) {
            put_addresses(r, name, buf_span(&r->value));
            return;
        }
    if (span_eq_nocase(name, SPAN("Date")) || span_eq_nocase(name, SPAN("Message-ID")) ||
        span_eq_nocase(name, SPAN("References")) || span_eq_nocase(name, SPAN("In-Reply-To")))
        return; /* ids that look like mailboxes */
    tree_value(&r->tree, name, buf_span(&r->value));
}

/* The header that has gathered in r->cells, its further lines joined, is whole. */
static void header_done(struct recast *r)
{
    if (r->cells.len)
        take_header(r, buf_span(&r->cells));
    buf_reset(&r->cells);
}

static void headers_over(struct recast *r)
{
    struct mail *m = &r->mail;
    header_done(r);
    m->body = true;
    if (!m->is_text && m->transfer == TRANSFER_BASE64)
        r->left_out++;
}

/* Is this line "--boundary" of a part that is open? Then the headers of the next one follow, or nothing. */
static bool take_part(struct recast *r, struct span line)
{
    struct mail *m = &r->mail;
    if (!span_starts(line, SPAN("--")))
        return false;
    for (size_t i = m->boundaries; i-- > 0;) {
        struct span b = span_of(m->boundary[i], m->boundary_len[i]), rest = span_from(line, 2);
        if (!span_starts(rest, b))
            continue;
        bool last = span_starts(span_from(rest, b.len), SPAN("--"));
        m->boundaries = last ? i : i + 1;
        m->body = last;
        m->is_text = true;
        m->transfer = TRANSFER_PLAIN;
        return true;
    }
    return false;
}

static void body_line(struct recast *r, struct span line)
{
    struct mail *m = &r->mail;
    if (!m->is_text && m->transfer == TRANSFER_BASE64)
        return;
    bool soft = m->transfer == TRANSFER_QUOTED && line.len && line.at[line.len - 1] == '=';
    if (m->transfer == TRANSFER_PLAIN) {
        tree_text(&r->tree, line);
        return;
    }
    if (m->transfer == TRANSFER_QUOTED) {
        if (r->cells.len + line.len > RECAST_PIECE_MAX)
            soft = false;
        put_quoted_printable(&r->cells, span_first(line, line.len - soft), false);
        if (!soft) {
            tree_text(&r->tree, buf_span(&r->cells));
            buf_reset(&r->cells);
        }
        return;
    }
    base64_read(&r->cells, span_trim(line)); /* lines hold whole groups of four */
    while (r->cells.len) {
        size_t n = span_index(buf_span(&r->cells), '\n');
        if (n == r->cells.len && r->cells.len < 8192)
            break;
        tree_text(&r->tree, span_first(buf_span(&r->cells), n));
        buf_consume(&r->cells, n < r->cells.len ? n + 1 : n);
    }
}

static void flush_body(struct recast *r)
{
    if (r->mail.body && r->cells.len) {
        tree_text(&r->tree, buf_span(&r->cells));
        buf_reset(&r->cells);
    } else {
        header_done(r);
    }
}

static bool starts_mail(const struct recast *r, struct span line)
{
    if (r->kind == RECAST_GIT)
        return span_starts(line, SPAN("commit ")) && line.len >= 47;
    return span_starts(line, SPAN("From ")) && (r->mail.after_blank || !r->in_item);
}

void mail_line(struct recast *r, struct span line)
{
    struct mail *m = &r->mail;
    if (starts_mail(r, line)) {
        flush_body(r);
        end_mail(r);
        r->in_item = true;
        return;
    }
    r->in_item = true;
    if (m->body && take_part(r, line)) {
        if (r->cells.len)
            tree_text(&r->tree, buf_span(&r->cells));
        buf_reset(&r->cells);
    } else if (m->body) {
        body_line(r, line);
    } else if (line.len == 0) {
        headers_over(r);
    } else if (r->cells.len && (line.at[0] == ' ' || line.at[0] == '\t') &&
               r->cells.len + line.len < RECAST_PIECE_MAX) {
        buf_byte(&r->cells, ' ');
        buf_put(&r->cells, span_trim(line));
    } else {
        header_done(r);
        buf_put(&r->cells, line);
    }
    m->after_blank = line.len == 0;
}

void mail_end(struct recast *r)
{
    flush_body(r);
    end_mail(r);
}
