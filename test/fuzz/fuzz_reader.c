/* The cursor over foreign bytes, against a naive one. The input's first half says what to read, its
 * second half is read. */
#include "peer.h"

#include "base/reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What a careful reader would do, with an index. */
struct naive {
    struct span s;
    size_t at;
    bool bad;
};

static uint64_t naive_number(struct naive *n, size_t width, bool big)
{
    uint64_t value = 0;
    if (n->bad || n->s.len - n->at < width) {
        n->bad = true;
        return 0;
    }
    for (size_t i = 0; i < width; i++)
        value = value << 8 | n->s.at[n->at + (big ? i : width - 1 - i)];
    n->at += width;
    return value;
}

static struct span naive_take(struct naive *n, size_t len)
{
    if (n->bad || n->s.len - n->at < len) {
        n->bad = true;
        return SPAN_NONE;
    }
    n->at += len;
    return span_sub(n->s, n->at - len, len);
}

static void step(struct reader *r, struct naive *n, uint8_t what)
{
    switch (what % 10) {
    case 0:
        MUST(reader_u8(r) == naive_number(n, 1, true));
        break;
    case 1:
        MUST(reader_be16(r) == naive_number(n, 2, true));
        break;
    case 2:
        MUST(reader_le16(r) == naive_number(n, 2, false));
        break;
    case 3:
        MUST(reader_be24(r) == naive_number(n, 3, true));
        break;
    case 4:
        MUST(reader_le24(r) == naive_number(n, 3, false));
        break;
    case 5:
        MUST(reader_be32(r) == naive_number(n, 4, true));
        break;
    case 6:
        MUST(reader_le32(r) == naive_number(n, 4, false));
        break;
    case 7:
        MUST(reader_be64(r) == naive_number(n, 8, true));
        break;
    case 8:
        MUST(reader_le64(r) == naive_number(n, 8, false));
        break;
    default:
        MUST(span_eq(reader_take(r, what / 10), naive_take(n, what / 10)));
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct verdict v;
    struct span steps = span_of(data, size / 2), text = span_from(span_of(data, size), size / 2);
    struct reader r = reader_over(&v, text);
    struct naive n = { .s = text };
    for (size_t i = 0; i < steps.len; i++) {
        step(&r, &n, steps.at[i]);
        MUST(reader_ok(&r) == !n.bad);
        MUST(reader_left(&r) == (n.bad ? 0 : n.s.len - n.at));
    }
    return 0;
}
