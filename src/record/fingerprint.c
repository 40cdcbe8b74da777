/* Product, rule, scheme, address and port, each ended by NUL, then the ordinal unless it is 0; for an
 * endpoint with a name or a path also "@name" and the path, so that what was asked for by address alone
 * keeps the fingerprint that it had before names counted. Two SipHash-2-4 with public keys. */
#include "record/fingerprint.h"

#include "base/hex.h"
#include "base/random.h"
#include "base/writer.h"

/* The fingerprint is a name, not a secret. */
static const uint64_t KEYS[2][2] = {
    { 0x616a61722f66696eu, 0x6765727072696e74u }, /* "ajar/fin", "gerprint" */
    { 0x7365636f6e642068u, 0x616c66206f662069u }, /* "second h", "alf of i" */
};

enum { WORD_MAX = 128, INPUT_MAX = 2 * WORD_MAX + ADDRESS_TEXT_MAX + ENDPOINT_NAME_MAX + ENDPOINT_PATH_MAX + 64 };

void fingerprint_make(const struct finding_identity *of, char ret[static FINGERPRINT_MAX])
{
    uint8_t text[INPUT_MAX];
    char address[ADDRESS_TEXT_MAX];
    const struct endpoint *e = of->endpoint;
    struct writer w = writer_over(text, sizeof(text));
    writer_put(&w, span_first(span_str(of->product), WORD_MAX));
    writer_u8(&w, 0);
    writer_put(&w, span_first(span_str(of->rule), WORD_MAX));
    writer_u8(&w, 0);
    writer_str(&w, of->tls ? "tls" : "tcp");
    writer_u8(&w, 0);
    writer_str(&w, address_text(&e->address, address));
    writer_u8(&w, 0);
    writer_dec(&w, e->port);
    if (of->ordinal) {
        writer_u8(&w, 0);
        writer_dec(&w, of->ordinal);
    }
    if (e->name || e->path) {
        writer_u8(&w, 0);
        writer_u8(&w, '@');
        writer_put(&w, span_first(span_str(e->name), ENDPOINT_NAME_MAX));
        writer_u8(&w, 0);
        writer_put(&w, span_first(span_str(e->path), ENDPOINT_PATH_MAX));
    }
    for (int half = 0; half < 2; half++)
        hex_encode_u64(siphash(KEYS[half][0], KEYS[half][1], writer_span(&w)), ret + half * 16);
}
