#include "sweep/reverse_dns.h"

#include <stdio.h>

#include "base/hex.h"
#include "base/reader.h"
#include "text/host.h"

enum { TYPE_A = 1, TYPE_PTR = 12, TYPE_AAAA = 28, CLASS_IN = 1, FLAG_ANSWER = 0x8000, FLAG_CUT = 0x0200,
       OPCODE_MASK = 0x7800, RCODE_MASK = 0x000f };

/* id, "recursion desired", one question; the name in labels; root, type, class IN. */
#define DNS_ASK(ask_name, reason, type)                                                             \
    { .name = (ask_name), .why = (reason),                                                           \
      .parts = { ASK_HOLE("id", 2, HOLE_ANY), ASK_BYTES("\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00"), \
                 ASK_HOLE("name in labels", DNS_LABELS_MAX, HOLE_ANY), ASK_BYTES("\x00\x00" type "\x00\x01") } }

static const struct ask ASK_PTR =
    DNS_ASK("dns.ptr", "the name of an address that answered; to the name server, with --reverse-names", "\x0c");
static const struct ask ASK_A = DNS_ASK("dns.a", "whether that name leads back to the address (IPv4)", "\x01");
static const struct ask ASK_AAAA = DNS_ASK("dns.aaaa", "whether that name leads back to the address (IPv6)", "\x1c");

const struct ask *const DNS_ASKS[] = { &ASK_PTR, &ASK_A, &ASK_AAAA, NULL };

/* ---- questions ---- */

static void add_label(struct dns_question *q, struct span label)
{
    if (label.len + 1 > DNS_LABELS_MAX - q->len)
        return;
    q->labels[q->len++] = (uint8_t)label.len;
    memcpy(q->labels + q->len, label.at, label.len);
    q->len += label.len;
}

void dns_ask_name(struct dns_question *q, uint16_t id, const struct address *a)
{
    char text[4];
    *q = (struct dns_question){ .ask = &ASK_PTR, .id = id, .type = TYPE_PTR };
    for (size_t i = 4; a->family == 4 && i > 0; i--) {
        snprintf(text, sizeof(text), "%u", a->bytes[i - 1]);
        add_label(q, span_str(text));
    }
    for (size_t i = 16; a->family == 6 && i > 0; i--) {
        add_label(q, span_of(&HEX_DIGITS[a->bytes[i - 1] & 15], 1));
        add_label(q, span_of(&HEX_DIGITS[a->bytes[i - 1] >> 4], 1));
    }
    add_label(q, a->family == 4 ? SPAN("in-addr") : SPAN("ip6"));
    add_label(q, SPAN("arpa"));
}

bool dns_ask_address(struct dns_question *q, uint16_t id, struct span name, const struct address *a)
{
    bool v4 = a->family == 4;
    *q = (struct dns_question){ .ask = v4 ? &ASK_A : &ASK_AAAA, .id = id, .type = v4 ? TYPE_A : TYPE_AAAA };
    if (!host_name_ok(name))
        return false;
    while (name.len)
        add_label(q, span_cut(&name, '.'));
    return true;
}

struct span dns_message(const struct dns_question *q, uint8_t *buffer, size_t size)
{
    uint8_t id[2] = { (uint8_t)(q->id >> 8), (uint8_t)q->id };
    struct writer w = writer_over(buffer, size);
    struct span args[2] = { span_of(id, sizeof(id)), span_of(q->labels, q->len) };
    return ask_render(q->ask, args, 2, &w) ? writer_span(&w) : SPAN_NONE;
}

/* ---- answers ---- */

/* Reads a name where the reader stands, as labels with their lengths. A pointer must lead further
 * to the front than where the part began that holds it, so that the walk ends. */
static size_t read_name(struct reader *r, struct span message, uint8_t to[static DNS_LABELS_MAX])
{
    struct verdict elsewhere;
    struct reader away, *at = r;
    size_t len = 0, front = (size_t)(r->at - r->base);
    for (unsigned jumps = 0;;) {
        uint8_t n = reader_u8(at);
        if (!reader_ok(at) || n == 0)
            break;
        if ((n & 0xc0) == 0xc0) {
            size_t offset = (size_t)(n & 0x3f) << 8 | reader_u8(at);
            if (!reader_ok(at) || offset >= front || ++jumps > DNS_JUMPS_MAX) {
                reader_fail(at, "a pointer that leads nowhere");
                break;
            }
            front = offset;
            away = reader_over(&elsewhere, span_from(message, offset));
            at = &away;
            continue;
        }
        struct span label = reader_take(at, n & 0xc0 ? SIZE_MAX : n);
        if (!reader_ok(at) || label.len + 1 > DNS_LABELS_MAX - len) {
            reader_fail(at, "a name that is too long");
            break;
        }
        to[len] = n;
        memcpy(to + len + 1, label.at, label.len);
        len += label.len + 1;
    }
    if (!reader_ok(at))
        reader_fail(r, "a name that cannot be read");
    return len;
}

static bool same_name(struct span a, struct span b)
{
    return span_eq_nocase(a, b); /* lengths of labels are below the letters */
}

static void take_name(struct span labels, struct dns_answer *ret)
{
    char text[DNS_TEXT_MAX];
    size_t len = 0;
    for (size_t i = 0; i < labels.len;) {
        size_t n = labels.at[i];
        struct span label = span_sub(labels, i + 1, n);
        if (span_index(label, '.') < label.len || len + n + 2 > sizeof(text))
            return;
        if (len)
            text[len++] = '.';
        for (size_t k = 0; k < label.len; k++)
            text[len++] = (char)ascii_lower(label.at[k]);
        i += n + 1;
    }
    if (ret->name[0] || !host_name_ok(span_of(text, len)))
        return;
    memcpy(ret->name, text, len);
    ret->name[len] = '\0';
}

static void read_record(struct reader *r, const struct dns_question *q, struct span message,
                        const struct address *wanted, struct dns_answer *ret)
{
    uint8_t labels[DNS_LABELS_MAX];
    read_name(r, message, labels);
    uint16_t type = reader_be16(r), class = reader_be16(r);
    reader_be32(r); /* time to live */
    struct reader data = reader_sub(r, reader_be16(r));
    if (!reader_ok(r) || type != q->type || class != CLASS_IN)
        return;
    if (type == TYPE_PTR) {
        size_t len = read_name(&data, message, labels);
        reader_end(&data);
        if (reader_ok(&data))
            take_name(span_of(labels, len), ret);
        return;
    }
    struct span bytes = reader_rest(&data);
    size_t size = type == TYPE_A ? 4 : 16;
    if (bytes.len != size)
        reader_fail(r, "an address of another length");
    else if (wanted && memcmp(bytes.at, wanted->bytes, size) == 0)
        ret->has_address = true;
}

bool dns_read(const struct dns_question *q, struct span message, const struct address *wanted,
              struct dns_answer *ret)
{
    struct verdict bad;
    uint8_t labels[DNS_LABELS_MAX];
    struct reader r = reader_over(&bad, message);
    struct dns_answer found = { .name = "" };
    *ret = found;
    uint16_t id = reader_be16(&r), flags = reader_be16(&r), questions = reader_be16(&r);
    uint16_t records = reader_be16(&r);
    reader_skip(&r, 4); /* the other two sections do not matter */
    size_t len = read_name(&r, message, labels);
    uint16_t type = reader_be16(&r), class = reader_be16(&r);
    if (!reader_ok(&r) || id != q->id || !(flags & FLAG_ANSWER) || (flags & OPCODE_MASK) || questions != 1 ||
        type != q->type || class != CLASS_IN || !same_name(span_of(labels, len), span_of(q->labels, q->len)))
        return false;
    if ((flags & RCODE_MASK) || (flags & FLAG_CUT) || records > DNS_RECORDS_MAX)
        return true;
    for (unsigned i = 0; i < records && reader_ok(&r); i++)
        read_record(&r, q, message, wanted, &found);
    if (reader_ok(&r))
        *ret = found;
    return true;
}
