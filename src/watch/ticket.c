/* Tickets, one a finding: opened when it is new, opened again when it came back, closed with the proof when it is over.
 * Each bears a label made of the finding's fingerprint and is looked up by it first, so that a message which is sent
 * twice makes no second ticket.
 *
 *   GitHub   GET, POST /repos/O/R/issues, PATCH .../N, POST .../N/comments  (docs.github.com/rest/issues, 2022-11-28)
 *   GitLab   GET, POST /projects/ID/issues, PUT .../N, POST .../N/notes     (docs.gitlab.com/api/issues, /notes)
 *   Jira     POST /rest/api/2/search/jql (Cloud; a server of one's own: /search), /issue, /issue/K/comment, GET and
 *            POST /issue/K/transitions                                       (developer.atlassian.com, REST v2)
 *
 * What a peer said stands in a block of code, where no name is called and nothing is a link. */
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>

#include "base/file.h"
#include "base/say.h"
#include "text/json_write.h"
#include "watch/courier.h"
#include "watch/prose.h"

enum { FIX_LINES_MAX = 40, TITLE_MAX = 250, TEXT_MAX = 16 * 1024, URL_MAX = 1024, LABEL_MAX = 40, LABEL_DIGITS = 16,
       TOKEN_MAX = 1024, KEY_MAX = 64 };

struct desk {
    const struct receiver *r;
    const struct message *m;
    const struct node *change;
    char label[LABEL_MAX];
    const char *login; /* a header that holds a secret */
    struct error *e;
    enum delivery trouble; /* what became of the first request that failed */
};

/* A ticket that is there. */
struct ticket {
    char key[KEY_MAX]; /* its number; of Jira "OPS-7" */
    bool open;
};

/* ---- asking ---------------------------------------------------------------------------- */

static const char *const NAMES[] = { "GitHub", "GitLab", "Jira" };

static bool refuse(struct desk *d, enum delivery what, unsigned status)
{
    d->trouble = what;
    return error_set(d->e, "%s answered %u", NAMES[d->r->ticket.kind], status);
}

/* The answer as nodes; *ret is NULL where it has no body. `also`: another status that is good, and says so by
 * *ret_status. */
static bool ask(struct desk *d, const char *method, const char *path, const struct buf *body, unsigned also,
                unsigned *ret_status, const struct node **ret)
{
    struct arena *a = d->m->arena;
    struct buf answer;
    struct error ignored;
    unsigned status = 0;
    *ret = NULL;
    struct span base = span_str(d->r->ticket.url.text);
    base.len -= span_ends(base, SPAN("/"));
    const char *url = path ? arena_printf(a, "%.*s%s", SPAN_FMT(base), path) : NULL;
    struct courier_post p = { .url = url, .method = method, .header_count = 4, .ca_file = d->r->ca_file,
                              .headers = { "Content-Type: application/json; charset=utf-8", d->login,
                                           d->r->ticket.kind == TICKET_GITHUB ? "Accept: application/vnd.github+json"
                                                                              : "Accept: application/json",
                                           "X-GitHub-Api-Version: 2022-11-28" },
                              .body = body ? buf_span(body) : SPAN_NONE, .timeout_ms = d->r->timeout_ms };
    p.header_count -= d->r->ticket.kind != TICKET_GITHUB;
    d->trouble = DELIVERY_UNREACHABLE;
    if (!url || (body && !buf_ok(body)))
        return error_set(d->e, "no memory for the request");
    buf_init(&answer, COURIER_ANSWER_MAX);
    bool ok = courier_post(&p, &status, &answer, d->e);
    if (ok && buf_span(&answer).len)
        *ret = json_parse(a, arena_copy(a, buf_span(&answer)), &ignored);
    buf_release(&answer);
    if (ret_status)
        *ret_status = status;
    if (!ok || (status >= 200 && status <= 299) || (also && status == also))
        return ok;
    bool pause = status == 429 || status >= 500 || status == 401 || status == 403;
    return refuse(d, pause ? DELIVERY_UNREACHABLE : DELIVERY_REFUSED, status);
}

/* ---- what is said ---------------------------------------------------------------------- */

static struct span text_of(const struct desk *d, const char *key)
{
    return node_text(node_get(node_get(d->change, "finding"), key));
}

/* "[high] Data can be reached without a password: redis 7.0.15 at 10.0.0.5:6379" */
static const char *title_of(const struct desk *d)
{
    struct buf b;
    enum severity s;
    buf_init(&b, 4 * NOTICE_TEXT_MAX);
    buf_byte(&b, '[');
    put_visible(&b, severity_parse(text_of(d, "severity"), &s) ? span_str(say(severity_name(s))) : SPAN_NONE, 16);
    buf_str(&b, "] ");
    prose_title(&b, text_of(d, "title"), 120);
    buf_str(&b, ": ");
    put_visible(&b, text_of(d, "product"), 40);
    buf_str(&b, _(" at "));
    put_visible(&b, text_of(d, "endpoint"), 60);
    struct span whole = span_first(buf_span(&b), TITLE_MAX);
    const char *ret = buf_ok(&b) ? arena_str(d->m->arena, whole) : NULL;
    buf_release(&b);
    return ret;
}

static size_t longest_run(struct span text, uint8_t c)
{
    size_t longest = 0, run = 0;
    for (size_t i = 0; i < text.len; i++) {
        run = text.at[i] == c ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    return longest;
}

/* In a block of code whose fence is longer than any run of its sign inside; in Jira's, no brace that could end it. */
static void put_block(const struct desk *d, struct span text, struct buf *out)
{
    if (d->r->ticket.kind == TICKET_JIRA) {
        buf_str(out, "{noformat}\n");
        for (size_t i = 0; i < text.len; i++) {
            bool ends = span_starts(span_from(text, i), SPAN("{noformat"));
            buf_byte(out, ends ? '(' : text.at[i]);
        }
        buf_str(out, "{noformat}\n");
        return;
    }
    size_t fence = longest_run(text, '`') + 1;
    fence = fence < 3 ? 3 : fence;
    for (size_t i = 0; i < fence; i++)
        buf_byte(out, '`');
    buf_byte(out, '\n');
    buf_put(out, text);
    for (size_t i = 0; i < fence; i++)
        buf_byte(out, '`');
    buf_byte(out, '\n');
}

static const char *body_of(const struct desk *d)
{
    struct buf said, b;
    struct message one = *d->m;
    one.root = d->change;
    buf_init(&said, PROSE_BYTES_MAX);
    buf_init(&b, PROSE_BYTES_MAX);
    prose_changes(&said, &one, FIX_LINES_MAX);
    struct span text = span_first(buf_span(&said), TEXT_MAX);
    while (text.len && (text.at[text.len - 1] & 0xc0) == 0x80)
        text.len--;
    put_block(d, text, &b);
    buf_byte(&b, '\n');
    buf_str(&b, _("ajar watch on "));
    put_visible(&b, span_str(d->m->host), 255);
    buf_str(&b, _("; it keeps this ticket by the label "));
    buf_str(&b, d->label);
    buf_str(&b, _("."));
    buf_byte(&b, '\n');
    const char *ret = buf_ok(&said) && buf_ok(&b) ? arena_str(d->m->arena, buf_span(&b)) : NULL;
    buf_release(&said);
    buf_release(&b);
    return ret;
}

/* ---- GitHub and GitLab ------------------------------------------------------------------ */

static bool is_github(const struct desk *d)
{
    return d->r->ticket.kind == TICKET_GITHUB;
}

/* "/repos/org/repo/issues", "/projects/group%2Fname/issues". */
static const char *issues_path(const struct desk *d)
{
    struct buf b;
    buf_init(&b, URL_MAX);
    buf_str(&b, is_github(d) ? "/repos/" : "/projects/");
    for (const char *p = d->r->ticket.project; *p; p++)
        if (*p == '/' && !is_github(d))
            buf_str(&b, "%2F");
        else
            buf_byte(&b, (uint8_t)*p);
    buf_str(&b, "/issues");
    const char *ret = buf_ok(&b) ? arena_str(d->m->arena, buf_span(&b)) : NULL;
    buf_release(&b);
    return ret;
}

static bool find_issue(struct desk *d, struct ticket *ret, bool *ret_there)
{
    const struct node *list;
    int64_t number;
    const char *path = arena_printf(d->m->arena, "%s?labels=%s&state=all&per_page=1", issues_path(d), d->label);
    *ret_there = false;
    if (!ask(d, "GET", path, NULL, 0, NULL, &list))
        return false;
    if (!list || list->kind != NODE_LIST)
        return refuse(d, DELIVERY_REFUSED, 200) || error_set(d->e, "the list of issues is none");
    const struct node *one = list->first;
    if (!one)
        return true;
    if (!node_i64(node_get(one, is_github(d) ? "number" : "iid"), &number))
        return refuse(d, DELIVERY_REFUSED, 200) || error_set(d->e, "an issue has no number");
    snprintf(ret->key, sizeof(ret->key), "%lld", (long long)number);
    struct span state = node_text(node_get(one, "state"));
    ret->open = span_is(state, "open") || span_is(state, "opened");
    return *ret_there = true;
}

static bool make_issue(struct desk *d)
{
    struct buf b;
    const struct node *answer;
    buf_init(&b, PROSE_BYTES_MAX);
    struct json j = json_over(&b);
    json_object(&j, NULL);
    json_str(&j, "title", title_of(d));
    json_lines(&j, is_github(d) ? "body" : "description", span_str(body_of(d)));
    if (is_github(d)) {
        json_array(&j, "labels");
        json_str(&j, NULL, "ajar");
        json_str(&j, NULL, d->label);
        json_close(&j);
    } else {
        json_str(&j, "labels", arena_printf(d->m->arena, "ajar,%s", d->label));
    }
    json_close(&j);
    bool ok = ask(d, "POST", issues_path(d), &b, 0, NULL, &answer);
    buf_release(&b);
    return ok;
}

/* Adds what is to be said to the issue whose comments are at `path`. */
static bool comment_at(struct desk *d, const char *path)
{
    struct buf b;
    const struct node *answer;
    buf_init(&b, PROSE_BYTES_MAX);
    struct json j = json_over(&b);
    json_object(&j, NULL);
    json_lines(&j, "body", span_str(body_of(d)));
    json_close(&j);
    bool ok = ask(d, "POST", path, &b, 0, NULL, &answer);
    buf_release(&b);
    return ok;
}

static bool comment_issue(struct desk *d, const struct ticket *t)
{
    const char *said = is_github(d) ? "comments" : "notes";
    return comment_at(d, arena_printf(d->m->arena, "%s/%s/%s", issues_path(d), t->key, said));
}

static bool set_issue(struct desk *d, const struct ticket *t, bool open)
{
    struct buf b;
    const struct node *answer;
    buf_init(&b, 256);
    struct json j = json_over(&b);
    json_object(&j, NULL);
    if (is_github(d)) {
        json_str(&j, "state", open ? "open" : "closed");
        json_str(&j, "state_reason", open ? "reopened" : "completed");
    } else {
        json_str(&j, "state_event", open ? "reopen" : "close");
    }
    json_close(&j);
    bool ok = ask(d, is_github(d) ? "PATCH" : "PUT", arena_printf(d->m->arena, "%s/%s", issues_path(d), t->key), &b, 0,
                  NULL, &answer);
    buf_release(&b);
    return ok;
}

/* ---- Jira ------------------------------------------------------------------------------- */

static bool is_done(const struct node *status)
{
    return span_is(node_text(node_get(node_get(status, "statusCategory"), "key")), "done");
}

static bool find_jira(struct desk *d, struct ticket *ret, bool *ret_there)
{
    struct buf b;
    const struct node *answer;
    unsigned status = 0;
    *ret_there = false;
    buf_init(&b, 1024);
    struct json j = json_over(&b);
    json_object(&j, NULL);
    json_str(&j, "jql", arena_printf(d->m->arena, "project = \"%s\" AND labels = \"%s\" ORDER BY created DESC",
                                     d->r->ticket.project, d->label));
    json_u64(&j, "maxResults", 1);
    json_array(&j, "fields");
    json_str(&j, NULL, "status");
    json_close(&j);
    json_close(&j);
    bool ok = ask(d, "POST", "/rest/api/2/search/jql", &b, 404, &status, &answer) &&
              (status != 404 || ask(d, "POST", "/rest/api/2/search", &b, 0, NULL, &answer));
    buf_release(&b);
    const struct node *list = ok ? node_get(answer, "issues") : NULL, *one = list ? list->first : NULL;
    if (ok && !list)
        return refuse(d, DELIVERY_REFUSED, 200) || error_set(d->e, "the list of issues is none");
    if (!ok || !one)
        return ok;
    snprintf(ret->key, sizeof(ret->key), "%.*s", SPAN_FMT(span_first(node_text(node_get(one, "key")), KEY_MAX - 1)));
    ret->open = !is_done(node_get(node_get(one, "fields"), "status"));
    for (const char *p = ret->key; *p; p++) { /* it becomes part of a path */
        uint8_t c = ascii_lower((uint8_t)*p);
        if (!ascii_is_digit(c) && c != '-' && c != '_' && !(c >= 'a' && c <= 'z'))
            return refuse(d, DELIVERY_REFUSED, 200);
    }
    return *ret_there = ret->key[0] != '\0';
}

static bool make_jira(struct desk *d)
{
    struct buf b;
    const struct node *answer;
    buf_init(&b, PROSE_BYTES_MAX);
    struct json j = json_over(&b);
    json_object(&j, NULL);
    json_object(&j, "fields");
    json_object(&j, "project");
    json_str(&j, "key", d->r->ticket.project);
    json_close(&j);
    json_object(&j, "issuetype");
    json_str(&j, "name", d->r->ticket.type ? d->r->ticket.type : "Task");
    json_close(&j);
    json_str(&j, "summary", title_of(d));
    json_lines(&j, "description", span_str(body_of(d)));
    json_array(&j, "labels");
    json_str(&j, NULL, "ajar");
    json_str(&j, NULL, d->label);
    json_close(&j);
    json_close(&j);
    json_close(&j);
    bool ok = ask(d, "POST", "/rest/api/2/issue", &b, 0, NULL, &answer);
    buf_release(&b);
    return ok;
}

static bool comment_jira(struct desk *d, const struct ticket *t)
{
    return comment_at(d, arena_printf(d->m->arena, "/rest/api/2/issue/%s/comment", t->key));
}

/* By the first of the ways on that its workflow offers to a state of that kind. */
static bool set_jira(struct desk *d, const struct ticket *t, bool open)
{
    struct buf b;
    const struct node *answer;
    struct span id = SPAN_NONE;
    const char *path = arena_printf(d->m->arena, "/rest/api/2/issue/%s/transitions", t->key);
    if (!ask(d, "GET", path, NULL, 0, NULL, &answer))
        return false;
    const struct node *list = node_get(answer, "transitions");
    for (const struct node *w = list ? list->first : NULL; w && !id.len; w = w->next)
        if (is_done(node_get(w, "to")) != open)
            id = node_text(node_get(w, "id"));
    if (!id.len) {
        d->trouble = DELIVERY_REFUSED;
        return error_set(d->e, "Jira: %s has no way to a state that is %s", t->key, open ? "open" : "done");
    }
    buf_init(&b, 512);
    struct json j = json_over(&b);
    json_object(&j, NULL);
    json_object(&j, "transition");
    json_text(&j, "id", id);
    json_close(&j);
    json_close(&j);
    bool ok = ask(d, "POST", path, &b, 0, NULL, &answer);
    buf_release(&b);
    return ok;
}

/* ---- what becomes of a change ----------------------------------------------------------- */

static const struct office {
    bool (*find)(struct desk *d, struct ticket *ret, bool *ret_there);
    bool (*make)(struct desk *d);
    bool (*comment)(struct desk *d, const struct ticket *t);
    bool (*set)(struct desk *d, const struct ticket *t, bool open);
} OFFICES[] = {
    [TICKET_GITHUB] = { find_issue, make_issue, comment_issue, set_issue },
    [TICKET_GITLAB] = { find_issue, make_issue, comment_issue, set_issue },
    [TICKET_JIRA] = { find_jira, make_jira, comment_jira, set_jira },
};

/* Where the state is as it should be, the change was told before: nothing is said twice. What merely changed, or was
 * not seen, is said in a ticket that is open. */
static bool tell(struct desk *d)
{
    const struct office *o = &OFFICES[d->r->ticket.kind];
    struct span change = node_text(node_get(d->change, "change"));
    struct ticket t;
    bool there, fixed = span_is(change, "fixed");
    bool opens = span_is(change, "new") || span_is(change, "reopened") || span_is(change, "acceptance-ended");
    if (!o->find(d, &t, &there))
        return false;
    if (!there)
        return !opens || o->make(d);
    if (fixed || opens)
        return t.open == opens || (o->comment(d, &t) && o->set(d, &t, opens));
    return !t.open || o->comment(d, &t);
}

/* "Authorization: Bearer TOKEN"; Jira's cloud takes "mail:token" in Basic. */
static const char *login_of(const struct receiver *r, struct arena *a, struct error *e)
{
    struct span token;
    uint8_t coded[2 * TOKEN_MAX];
    if (!file_read_line(a, r->ticket.token_file, &token, e))
        return NULL;
    if (!token.len || token.len > TOKEN_MAX) {
        error_set(e, "%s: expected one line, the token", r->ticket.token_file);
        return NULL;
    }
    if (r->ticket.kind == TICKET_GITLAB)
        return arena_printf(a, "PRIVATE-TOKEN: %.*s", SPAN_FMT(token));
    if (r->ticket.kind == TICKET_GITHUB || span_index(token, ':') == token.len)
        return arena_printf(a, "Authorization: Bearer %.*s", SPAN_FMT(token));
    EVP_EncodeBlock(coded, token.at, (int)token.len);
    const char *ret = arena_printf(a, "Authorization: Basic %s", (const char *)coded);
    OPENSSL_cleanse(coded, sizeof(coded));
    return ret;
}

enum delivery ticket_send(const struct receiver *r, const struct message *m, struct error *e)
{
    struct desk d = { .r = r, .m = m, .change = m->root, .e = e, .trouble = DELIVERY_UNREACHABLE };
    struct span fingerprint = text_of(&d, "fingerprint");
    if (!fingerprint.len)
        return DELIVERED; /* of the watch itself: it is no finding */
    snprintf(d.label, sizeof(d.label), "ajar-%.*s", SPAN_FMT(span_first(fingerprint, LABEL_DIGITS)));
    d.login = login_of(r, m->arena, e);
    bool ok = d.login && title_of(&d) && body_of(&d) && issues_path(&d);
    if (!ok && !e->text[0])
        error_set(e, "no memory for the ticket");
    if (!ok || !tell(&d))
        return d.trouble;
    e->text[0] = '\0'; /* of requests that went well in the end */
    return DELIVERED;
}
