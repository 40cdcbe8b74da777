/* Reads the numbers first, then what follows them; marks of distributions and vendors are searched
 * in the whole text. Every loop is over at most VERSION_TEXT_MAX bytes. */
#include "tables/version.h"

enum { NUMBER_MAX = 999999999, EPOCH_DIGITS_MAX = 3, PATCH_LETTERS_MAX = 2 };

static bool is_letter(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static uint8_t at(struct span s, size_t i)
{
    return i < s.len ? s.at[i] : 0;
}

/* Takes the digits at the front of *s; false where there are none. Saturates at NUMBER_MAX. */
static bool take_number(struct span *s, uint32_t *ret)
{
    uint64_t value = 0;
    if (!ascii_is_digit(at(*s, 0)))
        return false;
    while (ascii_is_digit(at(*s, 0))) {
        value = value * 10 + (uint64_t)(s->at[0] - '0');
        if (value > NUMBER_MAX)
            value = NUMBER_MAX;
        *s = span_from(*s, 1);
    }
    *ret = (uint32_t)value;
    return true;
}

/* ---- marks of who built it ----------------------------------------------------------------- */

/* A mark is searched without regard to case; '#' in it stands for one digit. */
struct mark {
    const char *text, *who;
};

/* Packages of the makers themselves carry a distribution's name, but no back-ported fixes: the
 * repositories of PostgreSQL (pgdg) and of the MariaDB Foundation. */
static const char *const OWN_PACKAGES[] = { "pgdg", "+maria~", NULL };

static const struct mark DISTRIBUTIONS[] = {
    { "ubuntu", "Ubuntu" },     { "debian", "Debian" },  { "deb#u", "Debian" },
    { "deb##u", "Debian" },     { "~bpo", "Debian" },    { "+dfsg", "Debian" },
    { ".dfsg", "Debian" },      { "+ds", "Debian" },     { ".el#", "Red Hat" },
    { "red hat", "Red Hat" },   { "centos", "CentOS" },  { ".fc#", "Fedora" },
    { "fedora", "Fedora" },     { "suse", "SUSE" },      { ".lp1#", "SUSE" },
    { "amzn#", "Amazon Linux" }, { "alpine", "Alpine Linux" }, { NULL, NULL },
};

static const struct mark VENDORS[] = {
    { "percona", "Percona" },   { "aurora", "Amazon" },        { "amazon", "Amazon" },
    { "-eks-", "Amazon" },      { "-amzn-", "Amazon" },        { "documentdb", "Amazon" },
    { "-emr", "Amazon" },       { "azure", "Microsoft" },      { "-google", "Google" },
    { "-gke.", "Google" },      { "enterprisedb", "EnterpriseDB" }, { "-yb-", "Yugabyte" },
    { "greenplum", "Greenplum" }, { "polardb", "Alibaba" },    { "alisql", "Alibaba" },
    { "aliyun", "Alibaba" },    { "txsql", "Tencent" },        { "-vitess", "Vitess" },
    { "-tidb", "TiDB" },        { "-cdh", "Cloudera" },        { "-hdp", "Hortonworks" },
    { "-mapr", "MapR" },        { "-ccs", "Confluent" },       { "confluent", "Confluent" },
    { ".redhat-", "Red Hat" },  { "altinity", "Altinity" },
    { NULL, NULL },
};

static bool mark_at(struct span s, size_t i, const char *mark)
{
    for (; *mark; mark++, i++) {
        uint8_t c = ascii_lower(at(s, i));
        if (*mark == '#' ? !ascii_is_digit(c) : c != (uint8_t)*mark)
            return false;
    }
    return true;
}

static bool has_mark(struct span s, const char *mark)
{
    for (size_t i = 0; i < s.len; i++)
        if (mark_at(s, i, mark))
            return true;
    return false;
}

static const char *marked(struct span s, const struct mark *list)
{
    for (; list->text; list++)
        if (has_mark(s, list->text))
            return list->who;
    return NULL;
}

void version_marks(struct version *v, struct span text)
{
    text = span_first(text, VERSION_TEXT_MAX);
    /* "PostgreSQL 13.7 on x86_64, compiled by gcc (Debian 8.3.0-6)" speaks of the compiler. */
    size_t compiler = span_find(text, SPAN("compiled by"));
    text = span_first(text, compiler);
    for (size_t i = 0; OWN_PACKAGES[i]; i++)
        if (has_mark(text, OWN_PACKAGES[i])) {
            v->distribution = NULL;
            return;
        }
    if (!v->vendor)
        v->vendor = marked(text, VENDORS);
    if (!v->distribution)
        v->distribution = marked(text, DISTRIBUTIONS);
}

/* ---- the parts ----------------------------------------------------------------------------- */

/* Where the version begins: at the front, behind "v" or "RELEASE.", or behind a name that ends in
 * a space, a slash or a hyphen. SIZE_MAX where there is no digit in such a place. */
static size_t find_start(struct span s)
{
    if (span_starts(s, SPAN("RELEASE.")) || span_starts(s, SPAN("DEVELOPMENT.")))
        return span_index(s, '.') + 1;
    for (size_t i = 0; i < s.len; i++) {
        uint8_t before = i ? s.at[i - 1] : ' ';
        if (before != ' ' && before != '/' && before != '-' && before != '_')
            continue;
        size_t digit = ascii_lower(s.at[i]) == 'v' ? i + 1 : i;
        if (ascii_is_digit(at(s, digit)))
            return digit;
    }
    return SIZE_MAX;
}

/* 2023-03-20, then T20-16-18Z or T20:16:18Z. */
static bool take_date(struct span *s, struct version *v)
{
    static const uint8_t SHAPE[] = "####-##-##";
    for (size_t i = 0; i < sizeof(SHAPE) - 1; i++)
        if (SHAPE[i] == '#' ? !ascii_is_digit(at(*s, i)) : at(*s, i) != SHAPE[i])
            return false;
    v->dated = true;
    for (v->count = 0; v->count < 6; v->count++) {
        struct span rest = span_from(*s, v->count > 0);
        uint8_t c = at(*s, 0);
        if (v->count && c != (v->count == 3 ? 'T' : '-') && (v->count < 4 || c != ':'))
            break;
        if (!take_number(&rest, &v->number[v->count]))
            break;
        *s = rest;
    }
    return true;
}

static bool take_numbers(struct span *s, struct version *v)
{
    uint32_t n;
    while (take_number(s, &n)) {
        if (v->count < VERSION_PARTS_MAX)
            v->number[v->count++] = n;
        if (at(*s, 0) != '.' || !ascii_is_digit(at(*s, 1)))
            break;
        *s = span_from(*s, 1);
    }
    return v->count > 0;
}

/* The epoch of a Debian package: "5:6.0.16-1+deb11u2". */
static void take_epoch(struct span *s, struct version *v)
{
    struct span rest = *s;
    uint32_t epoch;
    if (take_number(&rest, &epoch) && s->len - rest.len <= EPOCH_DIGITS_MAX && at(rest, 0) == ':' &&
        ascii_is_digit(at(rest, 1))) {
        v->epoch = epoch;
        *s = span_from(rest, 1);
    }
}

struct stage_word {
    const char *word;
    enum version_stage stage;
    bool numbered; /* too short to mean anything without a number behind it */
};

static const struct stage_word STAGES[] = {
    { "snapshot", STAGE_SNAPSHOT, false },   { "dev", STAGE_SNAPSHOT, false },
    { "devel", STAGE_SNAPSHOT, false },      { "nightly", STAGE_SNAPSHOT, false },
    { "alpha", STAGE_ALPHA, false },         { "a", STAGE_ALPHA, true },
    { "milestone", STAGE_MILESTONE, false }, { "m", STAGE_MILESTONE, true },
    { "dmr", STAGE_MILESTONE, false },       { "beta", STAGE_BETA, false },
    { "b", STAGE_BETA, true },               { "preview", STAGE_RC, false },
    { "pre", STAGE_RC, false },              { "rc", STAGE_RC, false },
    { "cr", STAGE_RC, true },
};

/* A letter directly behind the numbers and nothing more: "f" is 6, "zh" comes after "z". */
static bool patch_letters(struct span rest, size_t letters, struct version *v)
{
    uint8_t next = at(rest, letters);
    if (letters == 0 || letters > PATCH_LETTERS_MAX || ascii_is_digit(next) || next == '_')
        return false;
    for (size_t i = 0; i < letters; i++)
        v->stage_number = v->stage_number * 27 + (uint32_t)(ascii_lower(rest.at[i]) - 'a' + 1);
    v->stage = STAGE_PATCH;
    return true;
}

/* What follows the numbers. *rest moves past a stage, so that a revision can be read behind it. */
static void take_stage(struct span *rest, struct version *v)
{
    uint8_t mark = at(*rest, 0);
    bool apart = mark == '-' || mark == '.' || mark == '~' || mark == '_';
    struct span s = span_from(*rest, apart);
    size_t letters = 0;
    while (is_letter(at(s, letters)))
        letters++;
    struct span word = span_first(s, letters), behind = span_from(s, letters);
    for (size_t i = 0; i < sizeof(STAGES) / sizeof(*STAGES); i++) {
        if (!span_eq_nocase(word, span_str(STAGES[i].word)))
            continue;
        if (STAGES[i].numbered && !ascii_is_digit(at(behind, 0)))
            continue;
        bool joined = (at(behind, 0) == '.' || at(behind, 0) == '-') && ascii_is_digit(at(behind, 1));
        behind = span_from(behind, joined);
        v->stage = STAGES[i].stage;
        (void)take_number(&behind, &v->stage_number);
        *rest = behind;
        return;
    }
    if (!apart && patch_letters(s, letters, v))
        *rest = behind;
}

static void take_revision(struct span rest, struct version *v)
{
    size_t end = 0;
    while (end < rest.len && rest.at[end] != ' ' && rest.at[end] != ')')
        end++;
    rest = span_first(rest, end);
    size_t hyphen = span_index(rest, '-');
    if (v->distribution && hyphen < rest.len)
        v->revision = span_from(rest, hyphen + 1);
}

bool version_parse(struct span text, struct version *ret)
{
    struct version v = { .stage = STAGE_FINAL };
    text = span_first(span_trim(text), VERSION_TEXT_MAX);
    size_t start = find_start(text);
    if (start == SIZE_MAX)
        return false;
    struct span s = span_from(text, start);
    /* MariaDB before 11.0 greets with this in front, for old replicas. */
    if (span_starts(s, SPAN("5.5.5-")) && ascii_is_digit(at(s, 6)) && has_mark(s, "mariadb"))
        s = span_from(s, 6);
    version_marks(&v, text);
    if (!take_date(&s, &v)) {
        take_epoch(&s, &v);
        if (!take_numbers(&s, &v))
            return false;
        if (mark_at(s, 0, "deb#") && !v.distribution) /* phpMyAdmin's 4.6.6deb5 */
            v.distribution = "Debian";
        take_stage(&s, &v);
        take_revision(s, &v);
    }
    *ret = v;
    return true;
}

/* MySQL's own versions are bare; a number behind a hyphen is Percona's release: "8.0.35-27". */
static bool percona_release(struct span text)
{
    size_t i = span_index(text, '-') + 1, digits = 0;
    while (ascii_is_digit(at(text, i + digits)))
        digits++;
    uint8_t next = at(text, i + digits);
    return digits > 0 && (next == 0 || next == '-' || next == '.');
}

bool version_of(const char *product, struct span text, struct span full, struct version *ret)
{
    if (!version_parse(text, ret))
        return false;
    version_marks(ret, full);
    if (strcmp(product, "mysql") == 0 && !ret->vendor && !ret->distribution &&
        (percona_release(text) || percona_release(full)))
        ret->vendor = "Percona";
    if (ret->vendor && span_eq_nocase(span_str(ret->vendor), span_str(product)))
        ret->vendor = NULL;
    return true;
}

/* ---- order --------------------------------------------------------------------------------- */

static int order(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

/* A letter sorts before any other sign, '~' before everything, even the end. */
static int sign_weight(uint8_t c)
{
    if (c == 0 || ascii_is_digit(c))
        return 0;
    if (c == '~')
        return -1;
    return is_letter(c) ? c : c + 256;
}

/* Debian Policy 5.6.12: in turns, a part without digits and a number. */
static int revision_compare(struct span a, struct span b)
{
    while (a.len || b.len) {
        while ((a.len && !ascii_is_digit(a.at[0])) || (b.len && !ascii_is_digit(b.at[0]))) {
            int by = sign_weight(at(a, 0)) - sign_weight(at(b, 0));
            if (by)
                return by;
            a = span_from(a, 1);
            b = span_from(b, 1);
        }
        uint32_t x = 0, y = 0;
        (void)take_number(&a, &x);
        (void)take_number(&b, &y);
        if (x != y)
            return order(x, y);
    }
    return 0;
}

static int numbers_compare(const struct version *a, const struct version *b)
{
    size_t count = a->count > b->count ? a->count : b->count;
    for (size_t i = 0; i < count; i++) {
        uint32_t x = i < a->count ? a->number[i] : 0, y = i < b->count ? b->number[i] : 0;
        if (x != y)
            return order(x, y);
    }
    return 0;
}

int version_compare(const struct version *a, const struct version *b)
{
    bool packages = a->revision.len && b->revision.len;
    if (packages && a->epoch != b->epoch)
        return order(a->epoch, b->epoch);
    int by = numbers_compare(a, b);
    if (by == 0)
        by = order(a->stage, b->stage);
    if (by == 0)
        by = order(a->stage_number, b->stage_number);
    return by == 0 && packages ? revision_compare(a->revision, b->revision) : by;
}

bool version_begins(const struct version *v, const struct version *cycle)
{
    if (v->dated != cycle->dated || cycle->count > v->count)
        return false;
    for (size_t i = 0; i < cycle->count; i++)
        if (v->number[i] != cycle->number[i])
            return false;
    return true;
}
