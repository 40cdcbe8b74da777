/* Rooms of chats, by their incoming webhooks, each in its own format:
 *
 *   Slack      {"text"}; & < > escaped, so that no text of a peer calls a channel (docs.slack.dev, "Formatting
 *              message text"); taken: 200 and "ok"
 *   Teams      an Adaptive Card 1.4 in a message, as Workflows take it (learn.microsoft.com, "Create incoming webhooks
 *              with Workflows"); runs of text, in which no Markdown is read; taken: 2xx
 *   Feishu     {"msg_type": "text"}, with timestamp and sign where the bot has a secret (open.feishu.cn, "Custom bot
 *              usage guide"); Lark is the same; taken: 200 and code 0
 *   DingTalk   {"msgtype": "text"}, signed in the URL (open.dingtalk.com, "Custom robot access"); taken: errcode 0
 *   WeCom      {"msgtype": "text"}, at most 2,048 bytes (developer.work.weixin.qq.com, "Group robot"); taken: errcode 0
 *
 * The address of such a room is its password: it may stand in a file of its own, and never in a message. */
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>

#include "base/file.h"
#include "base/say.h"
#include "text/json_write.h"
#include "watch/courier.h"
#include "watch/prose.h"

enum { FIX_LINES_MAX = 12, TEAMS_LINES_MAX = 60, SIGN_TEXT_MAX = 64, URL_MAX = 2048, SECRET_BYTES_MAX = 512 };

struct chat {
    const char *name;
    size_t text_max; /* bytes */
    void (*put)(struct json *j, struct span text, const char *timestamp, const char *sign);
    const char *code; /* the member of the answer that is 0 where it was taken; NULL: the status says so */
};

/* ---- text ------------------------------------------------------------------------------ */

/* What fits, whole characters only. */
static struct span cut_text(struct span text, size_t max)
{
    if (text.len <= max)
        return text;
    size_t n = max;
    while (n && (text.at[n] & 0xc0) == 0x80)
        n--;
    return span_first(text, n);
}

static void put_replaced(struct buf *out, struct span text, const char *amp, const char *less, const char *more)
{
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.at[i];
        const char *word = c == '&' ? amp : c == '<' ? less : c == '>' ? more : NULL;
        if (word)
            buf_str(out, word);
        else
            buf_byte(out, c);
    }
}

static void put_slack(struct json *j, struct span text, const char *timestamp, const char *sign)
{
    struct buf escaped;
    (void)timestamp, (void)sign;
    buf_init(&escaped, 6 * PROSE_BYTES_MAX);
    put_replaced(&escaped, text, "&amp;", "&lt;", "&gt;");
    json_object(j, NULL);
    json_lines(j, "text", buf_span(&escaped));
    json_close(j);
    buf_release(&escaped);
}

static void put_teams(struct json *j, struct span text, const char *timestamp, const char *sign)
{
    (void)timestamp, (void)sign;
    json_object(j, NULL);
    json_str(j, "type", "message");
    json_array(j, "attachments");
    json_object(j, NULL);
    json_str(j, "contentType", "application/vnd.microsoft.card.adaptive");
    json_object(j, "content");
    json_str(j, "$schema", "http://adaptivecards.io/schemas/adaptive-card.json");
    json_str(j, "type", "AdaptiveCard");
    json_str(j, "version", "1.4");
    json_array(j, "body");
    for (size_t i = 0; text.len && i < TEAMS_LINES_MAX; i++) {
        struct span line = span_cut(&text, '\n');
        json_object(j, NULL);
        json_str(j, "type", "RichTextBlock");
        json_array(j, "inlines");
        json_object(j, NULL);
        json_str(j, "type", "TextRun");
        json_text(j, "text", line.len ? line : SPAN(" "));
        if (i == 0)
            json_str(j, "weight", "Bolder");
        json_close(j);
        json_close(j);
        json_close(j);
    }
    json_close(j);
    json_close(j);
    json_close(j);
    json_close(j);
    json_close(j);
}

/* In a text of Feishu <at user_id="all"> calls everybody: full-width signs do not. */
static void put_feishu(struct json *j, struct span text, const char *timestamp, const char *sign)
{
    struct buf tame;
    buf_init(&tame, 6 * PROSE_BYTES_MAX);
    put_replaced(&tame, text, "&", "\xef\xbc\x9c", "\xef\xbc\x9e");
    json_object(j, NULL);
    if (sign) {
        json_str(j, "timestamp", timestamp);
        json_str(j, "sign", sign);
    }
    json_str(j, "msg_type", "text");
    json_object(j, "content");
    json_lines(j, "text", buf_span(&tame));
    json_close(j);
    json_close(j);
    buf_release(&tame);
}

/* DingTalk and WeCom: whom a text calls stands beside it, and we call nobody. */
static void put_msgtype(struct json *j, struct span text, const char *timestamp, const char *sign)
{
    (void)timestamp, (void)sign;
    json_object(j, NULL);
    json_str(j, "msgtype", "text");
    json_object(j, "text");
    json_lines(j, "content", text);
    json_close(j);
    json_close(j);
}

static const struct chat CHATS[] = {
    [CHAT_SLACK] = { "Slack", 12000, put_slack, NULL },
    [CHAT_TEAMS] = { "Teams", 12000, put_teams, NULL },
    [CHAT_FEISHU] = { "Feishu", 12000, put_feishu, "code" },
    [CHAT_DINGTALK] = { "DingTalk", 12000, put_msgtype, "errcode" },
    [CHAT_WECOM] = { "WeCom", 2000, put_msgtype, "errcode" },
};

/* ---- signatures ------------------------------------------------------------------------ */

/* HMAC-SHA256 in base64 (RFC 2104, RFC 4648). Feishu has TIMESTAMP LF SECRET as the key of an empty
 * text, DingTalk has it as the text and SECRET as the key. */
static bool make_sign(enum chat_kind kind, const char *timestamp, struct span secret, char ret[static SIGN_TEXT_MAX])
{
    char both[SECRET_BYTES_MAX + 32];
    uint8_t mac[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    if (secret.len > SECRET_BYTES_MAX)
        return false;
    int n = snprintf(both, sizeof(both), "%s\n%.*s", timestamp, SPAN_FMT(secret));
    bool is_key = kind == CHAT_FEISHU;
    bool ok = HMAC(EVP_sha256(), is_key ? (const void *)both : secret.at, is_key ? n : (int)secret.len,
                   (const uint8_t *)both, is_key ? 0 : (size_t)n, mac, &len) != NULL;
    OPENSSL_cleanse(both, sizeof(both));
    if (ok)
        EVP_EncodeBlock((uint8_t *)ret, mac, (int)len);
    return ok;
}

/* The URL with DingTalk's signature, its base64 percent-encoded. */
static const char *signed_url(struct arena *a, const char *url, const char *timestamp, const char *sign)
{
    struct buf b;
    buf_init(&b, URL_MAX + 256);
    buf_printf(&b, "%s%stimestamp=%s&sign=", url, strchr(url, '?') ? "&" : "?", timestamp);
    for (; *sign; sign++) {
        if (*sign == '+' || *sign == '/' || *sign == '=')
            buf_printf(&b, "%%%02X", (unsigned)(uint8_t)*sign);
        else
            buf_byte(&b, (uint8_t)*sign);
    }
    const char *ret = buf_ok(&b) ? arena_str(a, buf_span(&b)) : NULL;
    buf_release(&b);
    return ret;
}

/* ---- sending --------------------------------------------------------------------------- */

static const char *url_of(const struct receiver *r, struct arena *a, struct error *e)
{
    struct span line;
    if (r->chat.url.text)
        return r->chat.url.text;
    if (!file_read_line(a, r->chat.url_file, &line, e))
        return NULL;
    if (!span_starts(line, SPAN("https://")) || line.len > URL_MAX) {
        error_set(e, "%s: expected one line, https://...", r->chat.url_file);
        return NULL;
    }
    return arena_str(a, line);
}

/* Whether the room says that it took the message; 429 and codes of their own kind tell of too many. */
static enum delivery verdict(const struct chat *c, unsigned status, struct span answer, struct arena *a,
                             struct error *e)
{
    struct error ignored;
    int64_t code = 0;
    if (status == 429) {
        error_set(e, "%s asks for a pause (429)", c->name);
        return DELIVERY_UNREACHABLE;
    }
    if (status < 200 || status > 299) {
        error_set(e, "%s answered %u", c->name, status);
        return DELIVERY_REFUSED;
    }
    if (!c->code)
        return DELIVERED;
    const struct node *root = json_parse(a, answer, &ignored);
    if (!node_i64(node_get(root, c->code), &code)) {
        error_set(e, "%s answered something else than it documents", c->name);
        return DELIVERY_REFUSED;
    }
    if (code == 0)
        return DELIVERED;
    error_set(e, "%s refused it with %s %lld", c->name, c->code, (long long)code);
    return DELIVERY_REFUSED;
}

static enum delivery post_text(const struct receiver *r, const struct message *m, struct span text, struct error *e)
{
    const struct chat *c = &CHATS[r->chat.kind];
    char timestamp[24], sign[SIGN_TEXT_MAX];
    struct span secret = SPAN_NONE;
    struct buf body, answer;
    unsigned status = 0;
    int64_t now_ms = clock_wall_ms(&CLOCK_SYSTEM);
    const char *url = url_of(r, m->arena, e);
    if (!url || (r->chat.secret_file && !file_read_line(m->arena, r->chat.secret_file, &secret, e)))
        return DELIVERY_UNREACHABLE;
    bool ding = r->chat.kind == CHAT_DINGTALK, has_sign = secret.len > 0;
    snprintf(timestamp, sizeof(timestamp), "%lld", (long long)(ding ? now_ms : now_ms / 1000));
    bool ok = !has_sign || make_sign(r->chat.kind, timestamp, secret, sign) ||
              error_set(e, "the signature cannot be made");
    OPENSSL_cleanse((void *)(uintptr_t)secret.at, secret.len);
    if (ok && has_sign && ding)
        url = signed_url(m->arena, url, timestamp, sign);
    buf_init(&body, 6 * PROSE_BYTES_MAX);
    buf_init(&answer, COURIER_ANSWER_MAX);
    struct json j = json_visible_over(&body);
    c->put(&j, cut_text(text, c->text_max), timestamp, has_sign ? sign : NULL);
    ok = ok && ((url && buf_ok(&body)) || error_set(e, "no memory for the request"));
    struct courier_post post = { .url = url, .headers = { "Content-Type: application/json; charset=utf-8" },
                                 .header_count = 1, .body = buf_span(&body), .ca_file = r->ca_file,
                                 .timeout_ms = r->timeout_ms };
    enum delivery d = DELIVERY_UNREACHABLE;
    if (ok && courier_post(&post, &status, &answer, e))
        d = verdict(c, status, buf_span(&answer), m->arena, e);
    buf_release(&body);
    buf_release(&answer);
    return d;
}

enum delivery chat_send(const struct receiver *r, const struct message *m, struct error *e)
{
    struct buf text;
    buf_init(&text, PROSE_BYTES_MAX);
    if (node_get(m->root, "changes")) {
        prose_sentence(&text, m->root, NOTICE_TEXT_MAX);
        buf_str(&text, "\n\n");
    }
    prose_changes(&text, m, FIX_LINES_MAX);
    buf_str(&text, _("-- ajar watch on "));
    put_visible(&text, span_str(m->host), 255);
    enum delivery d = buf_ok(&text) ? post_text(r, m, buf_span(&text), e) : DELIVERY_REFUSED;
    if (!buf_ok(&text))
        error_set(e, "no memory for the message");
    buf_release(&text);
    return d;
}
