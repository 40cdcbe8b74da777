/* POST of the JSON to an HTTP receiver.
 *
 * Signed: X-Ajar-Signature is "sha256=" and the HMAC-SHA256 (RFC 2104), in hexadecimal, of
 * TIMESTAMP "." DELIVERY "." BODY, as the headers X-Ajar-Timestamp and X-Ajar-Delivery and the body
 * have them. A delivery that is repeated has the same X-Ajar-Delivery.
 *
 * Taken: a final status of 2xx (RFC 9110). Redirects are not followed: what is open is told to nobody
 * but the one who was named. */
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>

#include "base/file.h"
#include "base/hex.h"
#include "watch/courier.h"
#include "watch/deliver.h"

enum { SIGNED_MAX = DIGEST_BYTES_MAX + 256 };

/* "X-Ajar-Signature: sha256=...", or NULL where memory is out. */
static const char *signature(const struct message *m, const char *timestamp, struct span secret)
{
    uint8_t mac[EVP_MAX_MD_SIZE];
    char text[2 * EVP_MAX_MD_SIZE + 1];
    unsigned len = 0;
    struct buf signed_text;
    buf_init(&signed_text, SIGNED_MAX);
    buf_printf(&signed_text, "%s.%s.", timestamp, m->id);
    buf_put(&signed_text, m->text);
    bool ok = buf_ok(&signed_text) && HMAC(EVP_sha256(), secret.at, (int)secret.len, signed_text.at, signed_text.len,
                                           mac, &len);
    buf_release(&signed_text);
    hex_encode(mac, len, text);
    return ok ? arena_printf(m->arena, "X-Ajar-Signature: sha256=%s", text) : NULL;
}

/* False where memory is out. */
static bool build(const struct receiver *r, const struct message *m, struct span secret, int64_t now_ms,
                  struct courier_post *p)
{
    char timestamp[24];
    snprintf(timestamp, sizeof(timestamp), "%lld", (long long)(now_ms / 1000));
    *p = (struct courier_post){ .url = r->webhook.url.text, .body = m->text, .ca_file = r->ca_file,
                                .timeout_ms = r->timeout_ms };
    p->headers[p->header_count++] = "Content-Type: application/json";
    p->headers[p->header_count++] = arena_printf(m->arena, "X-Ajar-Delivery: %s", m->id);
    p->headers[p->header_count++] = arena_printf(m->arena, "X-Ajar-Timestamp: %s", timestamp);
    p->headers[p->header_count++] = signature(m, timestamp, secret);
    for (size_t i = 0; i < r->webhook.headers.len && p->header_count < COURIER_HEADERS_MAX; i++)
        p->headers[p->header_count++] = arena_printf(m->arena, "%s: %s", r->webhook.headers.at[i].name,
                                                     r->webhook.headers.at[i].value);
    for (size_t i = 0; i < p->header_count; i++)
        if (!p->headers[i])
            return false;
    return true;
}

enum delivery webhook_send(const struct receiver *r, const struct message *m, struct error *e)
{
    struct span secret;
    struct courier_post post;
    struct buf answer;
    unsigned status = 0;
    if (!file_read_line(m->arena, r->webhook.secret_file, &secret, e))
        return DELIVERY_UNREACHABLE;
    bool ok = build(r, m, secret, clock_wall_ms(&CLOCK_SYSTEM), &post) || error_set(e, "no memory for the request");
    OPENSSL_cleanse((void *)(uintptr_t)secret.at, secret.len);
    buf_init(&answer, COURIER_ANSWER_MAX);
    ok = ok && courier_post(&post, &status, &answer, e);
    buf_release(&answer);
    if (!ok)
        return DELIVERY_UNREACHABLE;
    if (status <= 299)
        return DELIVERED;
    error_set(e, "the receiver answered %u%s", status, status <= 399 ? "; redirects are not followed" : "");
    return DELIVERY_REFUSED;
}
