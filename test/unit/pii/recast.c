/* Formats that are written anew as NDJSON: what comes of each, however its bytes are cut. */
#include "unit/check.h"

#include "base/buf.h"
#include "pii/recast.c"

static void keep(void *self, struct span bytes)
{
    buf_put(self, bytes);
}

/* Written in steps of `step` bytes. */
static void recast_all(enum recast_kind kind, struct span s, size_t step, struct buf *out)
{
    struct recast *r = recast_new(kind, s, true, keep, out);
    assert_non_null(r);
    for (struct span left = s; left.len; left = span_from(left, step))
        recast_write(r, span_first(left, step));
    recast_end(r);
    recast_free(r);
}

static const struct {
    enum recast_kind kind;
    const char *text, *lines;
} CASES[] = {
    { RECAST_XML,
      "<?xml version='1.0'?><a><row><mail>x@y.de</mail><n>1 &amp; 2</n></row><row><mail>z</mail></row></a>",
      "{\"row\":{\"mail\":\"x@y.de\",\"n\":\"1 & 2\"}}\n{\"row\":{\"mail\":\"z\"}}\n" },
    { RECAST_XML, "<a><p id='7' b=\"q&quot;\"/><p id='8'>t</p></a>",
      "{\"p\":{\"id\":\"7\",\"b\":\"q\\\"\"}}\n{\"p\":{\"id\":\"8\",\"#text\":\"t\"}}\n" },
    /* A count in front of the records does not make all of them one. */
    { RECAST_XML, "<a><n>3</n><r><x>1</x></r><r><x>2</x></r><r><x>3</x></r></a>",
      "{\"a\":{\"n\":\"3\",\"r\":{\"x\":\"1\"}}}\n{\"r\":{\"x\":\"2\"}}\n{\"r\":{\"x\":\"3\"}}\n" },
    { RECAST_XML, "<d><row><field name=\"mail\">a@b</field><field name=\"tel\">1</field></row></d>",
      "{\"row\":{\"mail\":\"a@b\",\"tel\":\"1\"}}\n" },
    { RECAST_XML, "<c><add key=\"pw\" value=\"s\"/></c>", "{\"c\":{\"pw\":\"s\"}}\n" },
    { RECAST_XML, "<dict><key>mail</key><string>a@b</string></dict>", "{\"dict\":{\"mail\":\"a@b\"}}\n" },
    { RECAST_XML, "<!DOCTYPE a [<!ENTITY x \"yy\">]><a><b>&x;</b></a>", "{\"a\":{\"b\":\"&x;\"}}\n" },
    { RECAST_XML, "<a><b><![CDATA[1 < 2 & 3]]></b><!-- note --></a>",
      "{\"a\":{\"b\":\"1 < 2 & 3\",\"(text)\":\"note\"}}\n" },
    { RECAST_XML, "<a>one<b>two</b>three</a>", "{\"a\":{\"#text\":\"one\",\"b\":\"two\",\"#text\":\"three\"}}\n" },
    { RECAST_HTML,
      "<html><p>Tel: 1</p><table><tr><th>Name<th>Mail<tr><td>A<td>b<br>c</table><p>x &lt; y",
      "{\"(text)\":\"Tel: 1\"}\n{\"Name\":\"A\",\"Mail\":\"b c\"}\n{\"(text)\":\"x < y\"}\n" },
    { RECAST_HTML, "<table><tr><th>Name</th><td>A</td></tr><tr><th>Tel</th><td>1</td></tr></table>",
      "{\"Name\":\"A\",\"Tel\":\"1\"}\n" },
    { RECAST_HTML, "<table><tr><td>7</td><td>8</td></tr></table>", "{\"column 1\":\"7\",\"column 2\":\"8\"}\n" },
    { RECAST_LDIF, "dn: cn=A B,dc=x\nobjectClass: person\ncn:: QSBC\nmail: a@\n b.de\n\ndn: x\nsn: C\n",
      "{\"dn\":\"cn=A B,dc=x\",\"objectClass\":\"person\",\"full name\":\"A B\",\"mail\":\"a@b.de\"}\n"
      "{\"dn\":\"x\",\"surname\":\"C\"}\n" },
    { RECAST_VCARD,
      "BEGIN:VCARD\r\nFN:A B\r\nN:B;A;;;\r\nitem1.TEL;TYPE=\"x:y\":+49 1\r\nNOTE;ENCODING=QUOTED-PRINTABLE:a=\r\n=41\r\n"
      "PHOTO;ENCODING=b:AAAA\r\nEND:VCARD\r\n",
      "{\"full name\":\"A B\",\"surname\":\"B\",\"given name\":\"A\",\"telephone\":\"+49 1\",\"NOTE\":\"aA\"}\n" },
    { RECAST_CALENDAR,
      "BEGIN:VCALENDAR\nBEGIN:VEVENT\nATTENDEE;CN=\"B, A\":mailto:a@b.de\nSUMMARY:x\\, y\nEND:VEVENT\nEND:VCALENDAR\n",
      "{\"person name\":\"B, A\",\"mail\":\"a@b.de\",\"SUMMARY\":\"x, y\"}\n" },
    { RECAST_MAIL,
      "From a Mon 1:00\nFrom: \"B, A\" <a@b.de>\nTo: x@y.z, Q R <q@r.s>\nSubject: =?utf-8?Q?M=41x?=\n\nhi\nFrom here\n\n"
      "From b Tue 1:00\nFrom: c@d.e\nSubject: s\nTo: f@g.h\n\nyo\n",
      "{\"From\":{\"mail\":\"a@b.de\",\"full name\":\"B, A\"},\"To\":{\"mail\":\"x@y.z\",\"mail\":\"q@r.s\","
      "\"full name\":\"Q R\"},\"Subject\":\"MAx\",\"(text)\":\"hi\\nFrom here\"}\n"
      "{\"From\":{\"mail\":\"c@d.e\"},\"Subject\":\"s\",\"To\":{\"mail\":\"f@g.h\"},\"(text)\":\"yo\"}\n" },
    { RECAST_MAIL,
      "From: a@b.de\nSubject: s\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"X\"\n\n--X\n"
      "Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\naGkgCnlv\n--X\n"
      "Content-Type: image/png\nContent-Transfer-Encoding: base64\n\nQUFBQQ==\n--X\n"
      "Content-Type: text/plain\nContent-Transfer-Encoding: quoted-printable\n\na=\nb=3D\n--X--\n",
      "{\"From\":{\"mail\":\"a@b.de\"},\"Subject\":\"s\",\"MIME-Version\":\"1.0\",\"(text)\":\"hi\\nyo\\nab=\"}\n" },
    { RECAST_GIT, "commit 0123456789012345678901234567890123456789\nAuthor: A B <a@b.de>\nDate:   x\n\n    msg\n",
      "{\"Author\":{\"mail\":\"a@b.de\",\"full name\":\"A B\"},\"(text)\":\"msg\"}\n" },
    { RECAST_YAML, "people:\n  - name: A\n    tel: '1'\n  - name: B # b\n    tel: 2\nowner: C\n",
      "{\"people\":{\"name\":\"A\",\"tel\":\"1\"}}\n{\"people\":{\"name\":\"B\",\"tel\":\"2\"}}\n{\"owner\":\"C\"}\n" },
    { RECAST_YAML, "a:\n  b:\n    c: 1\n  d: |\n    x\n    y\ntags: [p, q]\nm: {n: o}\n",
      "{\"b\":{\"c\":\"1\"}}\n{\"a\":{\"d\":\"x\\ny\"}}\n{\"tags\":\"p\",\"tags\":\"q\",\"m\":{\"n\":\"o\"}}\n" },
    { RECAST_YAML, "Name: A\nTel: 1\n\nName: B\nTel: 2\n",
      "{\"Name\":\"A\",\"Tel\":\"1\"}\n{\"Name\":\"B\",\"Tel\":\"2\"}\n" },
    { RECAST_YAML, "- a: 1\n  b: 2\n- a: 3\n", "{\"a\":\"1\",\"b\":\"2\"}\n{\"a\":\"3\"}\n" },
    { RECAST_INI, "[db]\npassword = x # y\nhost=\"h\"\n[[p]]\nn = 1\n[[p]]\nn = 2\n",
      "{\"db\":{\"password\":\"x # y\",\"host\":\"h\"}}\n{\"p\":{\"n\":\"1\"}}\n{\"p\":{\"n\":\"2\"}}\n" },
    { RECAST_FORM, "mail=a%40b.de&n=x+y\nmail=c&n=z\n",
      "{\"mail\":\"a@b.de\",\"n\":\"x y\"}\n{\"mail\":\"c\",\"n\":\"z\"}\n" },
    { RECAST_HL7, "MSH|^~\\&|A\rPID|1||77777^^^H||DOE^JOHN||19700101|M|||1 Main St^^Town\rDG1|1||I10\r",
      "{\"patient id\":\"77777\",\"patient name\":{\"last name\":\"DOE\",\"first name\":\"JOHN\"},"
      "\"birth date\":\"19700101\",\"sex\":\"M\",\"postal address\":\"1 Main St, Town\",\"diagnosis code\":\"I10\"}\n" },
    { RECAST_X12,
      "ISA*00*          *00*          *ZZ*A              *ZZ*B              *200101*0000*^*00501*000000001*0*P*:~"
      "NM1*IL*1*DOE*JOHN****MI*W1~DMG*D8*19700101*M~PER*IC*X*TE*5551234~",
      "{\"last name\":\"DOE\",\"first name\":\"JOHN\",\"member id\":\"W1\",\"birth date\":\"19700101\",\"sex\":\"M\","
      "\"full name\":\"X\",\"phone\":\"5551234\"}\n" },
    { RECAST_EDIFACT, "UNB+UNOC:3+A+B'NAD+BY+1::9++DOE JOHN+Main St?+ 1+Town++123+US'COM+jo?:x:EM'DTM+329:19700101:102'UNT+1+1'",
      "{\"party id\":\"1\",\"name\":\"DOE JOHN\",\"postal address\":\"Main St+ 1\",\"city\":\"Town\",\"zip\":\"123\","
      "\"mail\":\"jo:x\",\"birth date\":\"19700101\"}\n" },
    { RECAST_FIXED,
      "NAME       MAIL          CITY\nA B        a@b.de        X\nC D        c@d.de        Y\nE F        e@f.de        Z\n"
      "G H        g@h.de        X\nI J        i@j.de        Y\nK L        k@l.de        Z\nM N        m@n.de        X\n",
      "{\"NAME\":\"A B\",\"MAIL\":\"a@b.de\",\"CITY\":\"X\"}\n{\"NAME\":\"C D\",\"MAIL\":\"c@d.de\",\"CITY\":\"Y\"}\n" },
};

static void test_formats(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct buf out;
        struct span wanted = span_str(CASES[i].lines);
        buf_init(&out, 1 << 20);
        recast_all(CASES[i].kind, span_str(CASES[i].text), SIZE_MAX, &out);
        if (!span_starts(buf_span(&out), wanted))
            fail_msg("case %zu\n%.*s\n%s", i, (int)out.len, (const char *)out.at, CASES[i].lines);
        buf_release(&out);
    }
}

static void test_any_cut(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++)
        for (size_t step = 1; step < 18; step += 3) {
            struct buf whole, cut;
            buf_init(&whole, 1 << 20);
            buf_init(&cut, 1 << 20);
            recast_all(CASES[i].kind, span_str(CASES[i].text), SIZE_MAX, &whole);
            recast_all(CASES[i].kind, span_str(CASES[i].text), step, &cut);
            if (!span_eq(buf_span(&whole), buf_span(&cut)))
                fail_msg("case %zu in steps of %zu\n%.*s", i, step, (int)cut.len, (const char *)cut.at);
            buf_release(&whole);
            buf_release(&cut);
        }
}

static void test_each_is_guessed(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct span s = span_str(CASES[i].text);
        enum recast_kind kind = recast_guess_begin(s);
        if (kind == RECAST_NOT)
            kind = recast_guess_lines(s, true);
        if (kind != CASES[i].kind)
            fail_msg("case %zu is taken for %s", i, kind ? recast_name(kind) : "none");
    }
}

static void test_others_are_not(void **state)
{
    (void)state;
    static const char *const TEXTS[] = {
        "", "<", "<3 is a heart\nand so on\n", "It was late: he went home. And so on\nwithout any form\nat all\n",
        "int main(void)\n{\n    return 0;\n}\n", "2020-01-01 12:00:00 host app: started\n2020-01-01 12:00:01 host app: x\n",
        "From the window one saw\nthe sea\n\nand the hills\n",
        "a few words\nin lines that\nare as long\nas each oth\ner is here a\nnd there so\nmany times x\nthat is all\n",
        "if (a = b);\nc = d;\n[x]\n", "ISA is a word\n", "UNBELIEVABLE\n", "commit to it\n",
    };
    for (size_t i = 0; i < sizeof(TEXTS) / sizeof(TEXTS[0]); i++) {
        struct span s = span_str(TEXTS[i]);
        if (recast_guess_begin(s) != RECAST_NOT || recast_guess_lines(s, true) != RECAST_NOT)
            fail_msg("%s", TEXTS[i]);
    }
}

/* Lines, tags and depths without an end take no more memory than their ceilings. */
static void test_without_an_end(void **state)
{
    (void)state;
    static const struct {
        enum recast_kind kind;
        const char *head, *again;
    } ENDLESS[] = { { RECAST_XML, "<a", " x='1'" },      { RECAST_XML, "<a>", "<a>" },
                    { RECAST_XML, "<a>", "text" },       { RECAST_XML, "<!-- ", "x" },
                    { RECAST_HTML, "<table><tr>", "<td>x" }, { RECAST_HTML, "<p>", "word " },
                    { RECAST_VCARD, "BEGIN:VCARD\nNOTE:x\n", " more\n" },
                    { RECAST_MAIL, "From: a\n", "\tmore\n" }, { RECAST_MAIL, "A: b\nContent-Type: multipart/x; boundary=q\n\n", "--q\nContent-Type: multipart/x; boundary=q\n\n" },
                    { RECAST_YAML, "", "- - - " },       { RECAST_YAML, "a: ", "[" },
                    { RECAST_INI, "[", "a." },           { RECAST_FORM, "a=b", "&c=d" },
                    { RECAST_EDIFACT, "UNB+UNOA", "?'" }, { RECAST_HL7, "MSH|^~\\&|\rPID|", "^~&|" } };
    for (size_t i = 0; i < sizeof(ENDLESS) / sizeof(ENDLESS[0]); i++) {
        struct buf out;
        buf_init(&out, 64 << 20);
        struct recast *r = recast_new(ENDLESS[i].kind, span_str(ENDLESS[i].head), false, keep, &out);
        assert_non_null(r);
        recast_write(r, span_str(ENDLESS[i].head));
        for (size_t n = 0; n < 400000; n++) {
            recast_write(r, span_str(ENDLESS[i].again));
            assert_true(r->line.len <= 2 * RECAST_PIECE_MAX && r->cells.len <= 2 * RECAST_PIECE_MAX &&
                        r->value.len <= 4 * RECAST_PIECE_MAX);
        }
        recast_end(r);
        recast_free(r);
        buf_release(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_formats),       cmocka_unit_test(test_any_cut),
        cmocka_unit_test(test_each_is_guessed), cmocka_unit_test(test_others_are_not),
        cmocka_unit_test(test_without_an_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
