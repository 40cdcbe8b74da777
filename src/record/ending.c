#include "record/ending.h"

#include <stdio.h>

static const struct {
    const char *name, *text, *says;
} PROOFS[] = {
    [PROOF_NONE] = { NULL, "", "open" },
    [PROOF_UNTOLD] = { "untold", "closed by an older Ajar, which kept no proof", "closed" },
    [PROOF_REFUSED] = { "refused", "asked again, it refuses now", "fixed" },
    [PROOF_OTHER] = { "other-product", "something else answers there", "fixed" },
    [PROOF_SHUT] = { "port-shut", "the host refuses connections to this port", "fixed" },
    [PROOF_OWNER] = { "owner", "closed by its owner's word", "closed" },
    [PROOF_GONE] = { "no-longer-so", "looked at again, it is no longer so", "fixed" },
    [PROOF_JUDGED] = { "judged-otherwise", "nothing has changed there, but it is judged otherwise now",
                       "no longer judged so" },
    [PROOF_MOVED] = { "moved", "it speaks another transport there now", "moved" },
    [PROOF_WIDER] = { "wider-open", "it stands wide open now, which other findings tell", "overtaken" },
    [PROOF_MERGED] = { "merged", "it goes on under another fingerprint", "merged" },
};
_Static_assert(sizeof(PROOFS) / sizeof(*PROOFS) == PROOF_COUNT, "one row a proof");

static const struct {
    const char *name, *text;
} UNSEEN[] = {
    [UNSEEN_NOT] = { NULL, "" },
    [UNSEEN_SILENT] = { "no-answer", "no answer" },
    [UNSEEN_FILTERED] = { "filtered", "the port was silent while its host answered elsewhere; a firewall may drop" },
    [UNSEEN_FAILED] = { "could-not-ask", "this machine could not ask" },
    [UNSEEN_GATEWAY] = { "gateway", "something in front answered with an error" },
    [UNSEEN_STRANGER] = { "stranger", "something answered that does not say what it is" },
    [UNSEEN_UNDECIDED] = { "undecided", "it answered and proved nothing" },
    [UNSEEN_HIDDEN] = { "hidden", "what this rests on does not show any more" },
    [UNSEEN_BEHIND] = { "not-behind", "the dashboard did not show the store" },
    [UNSEEN_NO_RULE] = { "no-rule", "there is no such rule any more" },
};
_Static_assert(sizeof(UNSEEN) / sizeof(*UNSEEN) == UNSEEN_COUNT, "one row a reason");

const char *proof_name(enum proof p)
{
    return (unsigned)p < PROOF_COUNT ? PROOFS[p].name : "unknown";
}

const char *unseen_name(enum unseen u)
{
    return (unsigned)u < UNSEEN_COUNT ? UNSEEN[u].name : "unknown";
}

const char *proof_says(enum proof p)
{
    return (unsigned)p < PROOF_COUNT ? PROOFS[p].says : "closed";
}

static struct span put(const char *words, struct span detail, char text[static ENDING_TEXT_MAX])
{
    size_t fit = detail.len < ENDING_TEXT_MAX / 2 ? detail.len : ENDING_TEXT_MAX / 2;
    int n = snprintf(text, ENDING_TEXT_MAX, "%s%s%.*s", words, fit ? ": " : "", (int)fit, (const char *)detail.at);
    return span_of(text, n < ENDING_TEXT_MAX ? (size_t)n : ENDING_TEXT_MAX - 1);
}

struct span proof_text(enum proof p, struct span detail, char text[static ENDING_TEXT_MAX])
{
    return put((unsigned)p < PROOF_COUNT ? PROOFS[p].text : "closed", detail, text);
}

struct span unseen_text(enum unseen u, struct span detail, char text[static ENDING_TEXT_MAX])
{
    return put((unsigned)u < UNSEEN_COUNT ? UNSEEN[u].text : "not seen", detail, text);
}

bool is_gateway_error(const struct observation *o)
{
    const struct fact *f = o->kind == KIND_WEB ? fact_get(o, "http.status") : NULL;
    if (!f || f->type != FACT_NUMBER)
        return false;
    return f->number == 407 || f->number == 408 || f->number == 425 || f->number == 429 ||
           (f->number >= 500 && f->number <= 599);
}

bool is_known_product(const struct observation *o)
{
    if (o->kind == KIND_WEB)
        return o->outcome == OUTCOME_LOCKED && !is_gateway_error(o);
    return o->kind != KIND_TLS && o->kind != KIND_UNKNOWN;
}

bool is_decided(const struct observation *o)
{
    return o->outcome != OUTCOME_UNCLEAR && o->outcome != OUTCOME_NOT_MINE;
}
