#include "watch/courier.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "courier/parcel.h"
#include "watch/deliver.h"

enum { GRACE_MS = 2000 }; /* the courier keeps to the timeout itself */

static void put_text(struct buf *order, enum parcel_tag tag, const char *text)
{
    if (text)
        parcel_put(order, tag, span_str(text));
}

/* Sends the order, and gives the receipt; a secret in the order is wiped. */
static bool carry(struct buf *order, int64_t timeout_ms, struct buf *receipt, struct error *e)
{
    char path[FILE_PATH_MAX];
    int status = 0;
    const char *argv[] = { path, NULL };
    bool ok = (buf_ok(order) || error_set(e, "no memory for the message")) && program_find("ajar-courier", path, e) &&
              program_run(argv, buf_span(order), receipt, timeout_ms + GRACE_MS, &status, e) &&
              (status == 0 || error_set(e, "ajar-courier ended with status %d", status));
    if (order->at)
        OPENSSL_cleanse(order->at, order->len);
    return ok;
}

/* What a receipt says; `e` is set where the courier says why not. */
struct receipt {
    bool done, begun;
    uint64_t status;
    struct span body;
};

static void take_fate(struct span value, struct courier_recipient *r)
{
    uint64_t code = 0;
    struct span word = span_cut(&value, ' ');
    span_u64(value, 599, &code);
    r->code = (unsigned)code;
    r->fate = span_is(word, "taken") ? FATE_TAKEN : span_is(word, "refused") ? FATE_REFUSED : FATE_OPEN;
}

/* `to` are those whom the order named: the ones that were open, in their order. */
static bool read_receipt(struct span parcel, struct receipt *ret, struct courier_recipient *to, size_t to_count,
                         struct error *e)
{
    struct verdict bad;
    struct reader r = reader_over(&bad, parcel);
    uint8_t tag;
    struct span value;
    size_t next = 0;
    *ret = (struct receipt){ .done = false };
    error_set(e, "ajar-courier said nothing");
    while (parcel_next(&r, &tag, &value)) {
        ret->done |= tag == PARCEL_DONE;
        ret->begun |= tag == PARCEL_BEGUN;
        if (tag == PARCEL_STATUS)
            span_u64(value, 599, &ret->status);
        if (tag == PARCEL_BODY)
            ret->body = value;
        if (tag == PARCEL_WHY)
            error_set(e, "%.*s", SPAN_FMT(value));
        if (tag == PARCEL_RECIPIENT) {
            while (next < to_count && to[next].fate != FATE_OPEN)
                next++;
            if (next < to_count)
                take_fate(value, &to[next++]);
        }
    }
    return reader_ok(&r) && ret->done;
}

bool courier_post(const struct courier_post *p, unsigned *ret_status, struct buf *answer, struct error *e)
{
    struct buf order, parcel;
    struct receipt got = { .done = false };
    buf_init(&order, PARCEL_BYTES_MAX);
    buf_init(&parcel, PARCEL_BYTES_MAX);
    put_text(&order, PARCEL_POST, p->url);
    put_text(&order, PARCEL_METHOD, p->method);
    put_text(&order, PARCEL_CA_FILE, p->ca_file);
    parcel_put_number(&order, PARCEL_TIMEOUT, (uint64_t)p->timeout_ms);
    put_text(&order, PARCEL_HEADER, "Expect:");
    for (size_t i = 0; i < p->header_count; i++)
        put_text(&order, PARCEL_HEADER, p->headers[i]);
    parcel_put(&order, PARCEL_BODY, p->body);
    bool ok = carry(&order, p->timeout_ms, &parcel, e) && read_receipt(buf_span(&parcel), &got, NULL, 0, e);
    *ret_status = (unsigned)got.status;
    buf_put(answer, span_first(got.body, COURIER_ANSWER_MAX));
    buf_release(&order);
    buf_release(&parcel);
    return ok;
}

bool courier_mail(const struct courier_mail *m, bool *ret_begun, struct error *e)
{
    struct buf order, parcel;
    struct receipt got = { .done = false };
    char url[ENDPOINT_NAME_MAX + 320];
    bool six = strchr(m->relay->host, ':') != NULL, at_once = m->starttls == STARTTLS_AT_ONCE;
    bool never = m->starttls == STARTTLS_NEVER;
    /* A password leaves in clear only where the file says so. */
    bool must = at_once || m->starttls == STARTTLS_REQUIRED || (m->user && !never);
    snprintf(url, sizeof(url), "%s://%s%s%s:%u/%s", at_once ? "smtps" : "smtp", six ? "[" : "", m->relay->host,
             six ? "]" : "", m->relay->port, m->ehlo);
    buf_init(&order, PARCEL_BYTES_MAX);
    buf_init(&parcel, PARCEL_BYTES_MAX);
    put_text(&order, PARCEL_MAIL, url);
    put_text(&order, PARCEL_CA_FILE, m->ca_file);
    parcel_put_number(&order, PARCEL_TIMEOUT, (uint64_t)m->timeout_ms);
    put_text(&order, PARCEL_TLS, never ? "never" : must ? "must" : "try");
    put_text(&order, PARCEL_USER, m->user);
    if (m->user)
        parcel_put(&order, PARCEL_PASSWORD, m->password);
    put_text(&order, PARCEL_FROM, m->from);
    for (size_t i = 0; i < m->to_count; i++)
        if (m->to[i].fate == FATE_OPEN)
            put_text(&order, PARCEL_RECIPIENT, m->to[i].address);
    parcel_put(&order, PARCEL_BODY, m->text);
    bool ok = carry(&order, m->timeout_ms, &parcel, e) &&
              read_receipt(buf_span(&parcel), &got, m->to, m->to_count, e);
    *ret_begun = got.begun;
    buf_release(&order);
    buf_release(&parcel);
    return ok;
}
