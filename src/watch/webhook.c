/* POST of the JSON to an HTTP/1.1 receiver.
 *
 * Signed: X-Ajar-Signature is "sha256=" and the HMAC-SHA256 (RFC 2104), in hexadecimal, of
 * TIMESTAMP "." DELIVERY "." BODY, as the headers X-Ajar-Timestamp and X-Ajar-Delivery and the body
 * have them. A delivery that is repeated has the same X-Ajar-Delivery.
 *
 * Taken: a status of 2xx (RFC 9110). Redirects are not followed: what is open is told to nobody but
 * the one who was named. Of the answer at most ANSWER_MAX bytes are read, and only the status counts. */
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>

#include "base/hex.h"
#include "watch/deliver.h"
#include "watch/net.h"

enum { ANSWER_MAX = 4096, HEAD_MAX = 64 * 1024 };

static bool put_signature(struct buf *out, const struct message *m, const char *timestamp, struct span secret)
{
    uint8_t mac[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    struct buf signed_text;
    buf_init(&signed_text, HEAD_MAX + DIGEST_BYTES_MAX);
    buf_printf(&signed_text, "%s.%s.", timestamp, m->id);
    buf_put(&signed_text, m->text);
    bool ok = buf_ok(&signed_text) && HMAC(EVP_sha256(), secret.at, (int)secret.len, signed_text.at, signed_text.len,
                                           mac, &len);
    buf_release(&signed_text);
    buf_str(out, "X-Ajar-Signature: sha256=");
    char text[2 * EVP_MAX_MD_SIZE + 1];
    hex_encode(mac, len, text);
    buf_str(out, text);
    buf_str(out, "\r\n");
    return ok;
}

static bool build_request(const struct receiver *r, const struct message *m, struct span secret, int64_t now_ms,
                          struct buf *out)
{
    const struct url *u = &r->webhook.url;
    char timestamp[24];
    bool six = strchr(u->host, ':') != NULL;
    snprintf(timestamp, sizeof(timestamp), "%lld", (long long)(now_ms / 1000));
    buf_printf(out, "POST %s HTTP/1.1\r\nHost: %s%s%s", u->path, six ? "[" : "", u->host, six ? "]" : "");
    if (u->port != (u->tls ? 443 : 80))
        buf_printf(out, ":%u", u->port);
    buf_printf(out, "\r\nUser-Agent: ajar-watch\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n"
                    "Connection: close\r\nX-Ajar-Delivery: %s\r\nX-Ajar-Timestamp: %s\r\n",
               m->text.len, m->id, timestamp);
    for (size_t i = 0; i < r->webhook.headers.len; i++)
        buf_printf(out, "%s: %s\r\n", r->webhook.headers.at[i].name, r->webhook.headers.at[i].value);
    if (!put_signature(out, m, timestamp, secret))
        return false;
    buf_str(out, "\r\n");
    buf_put(out, m->text);
    return buf_ok(out);
}

/* The status of "HTTP/1.1 200 OK"; 0 where the line is none. */
static unsigned status_of(struct span line)
{
    uint64_t status;
    bool good = line.len >= 12 && span_starts(line, SPAN("HTTP/1.")) && ascii_is_digit(line.at[7]) &&
                line.at[8] == ' ' && (line.len == 12 || line.at[12] == ' ' || line.at[12] == '\r') &&
                span_u64(span_sub(line, 9, 3), 599, &status);
    return good ? (unsigned)status : 0;
}

/* Reads until the head has ended, so that the peer is not cut off while it writes; what counts is the
 * first line, whatever goes wrong after it. */
static unsigned read_status(struct net *n, struct error *e)
{
    char at[ANSWER_MAX];
    size_t len = 0, got = 1;
    bool ok = true;
    while (ok && got && len < sizeof(at) && span_find(span_of(at, len), SPAN("\r\n\r\n")) == SIZE_MAX) {
        ok = net_recv(n, at + len, sizeof(at) - len, &got, e);
        len += ok ? got : 0;
    }
    struct span answer = span_of(at, len);
    if (span_index(answer, '\n') == len) {
        if (ok)
            error_set(e, len ? "the answer is no HTTP" : "the receiver closed without an answer");
        return 0;
    }
    unsigned status = status_of(span_cut(&answer, '\n'));
    if (!status)
        error_set(e, "the answer is no HTTP");
    return status;
}

enum delivery webhook_send(const struct receiver *r, const struct message *m, struct error *e)
{
    struct net n;
    struct span secret;
    struct buf request;
    unsigned status = 0;
    if (!file_secret(m->arena, r->webhook.secret_file, &secret, e))
        return DELIVERY_UNREACHABLE;
    buf_init(&request, HEAD_MAX + DIGEST_BYTES_MAX);
    bool ok = build_request(r, m, secret, clock_wall_ms(&CLOCK_SYSTEM), &request) ||
              error_set(e, "no memory for the request");
    OPENSSL_cleanse((void *)(uintptr_t)secret.at, secret.len);
    if (ok && net_open(&n, r->webhook.url.host, r->webhook.url.port, false, r->timeout_ms, e)) {
        if ((!r->webhook.url.tls || net_tls(&n, r->webhook.url.host, r->ca_file, e)) &&
            net_send(&n, buf_span(&request), e))
            status = read_status(&n, e);
        net_finish(&n);
        net_close(&n);
    }
    buf_release(&request);
    if (status >= 200 && status <= 299)
        return DELIVERED;
    if (status == 0)
        return DELIVERY_UNREACHABLE;
    error_set(e, "the receiver answered %u%s", status,
              status >= 300 && status <= 399 ? "; redirects are not followed" : "");
    return DELIVERY_REFUSED;
}
