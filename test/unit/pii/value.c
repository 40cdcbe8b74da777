/* Whole values: what passes, what only has the shape, what is nothing; numbers from standards and issuers' documents. */
#include "unit/check.h"

#include "pii/value.c"

static struct detectors D;

static struct value judge(const char *text)
{
    struct value v;
    struct piece p = { .at = (const uint8_t *)text, .len = strlen(text) };
    for (size_t i = 0; i < p.len; i++) {
        uint8_t c = p.at[i];
        p.digit |= (uint64_t)ascii_is_digit(c) << i;
        p.upper |= (uint64_t)(c >= 'A' && c <= 'Z') << i;
        p.lower |= (uint64_t)(c >= 'a' && c <= 'z') << i;
        p.high |= (uint64_t)(c >= 0x80) << i;
        p.mailbox |= (uint64_t)(c == '@') << i;
        p.dot |= (uint64_t)(c == '.') << i;
        p.colon |= (uint64_t)(c == ':') << i;
        p.literal |= 1ULL << i;
    }
    piece_trim(&p);
    value_judge(&D, &p, &v);
    return v;
}

static void expect(const char *text, unsigned type, bool pass)
{
    struct value v = judge(text);
    if (pii_has(v.marks.pass, type) != pass)
        fail_msg("\"%s\" %s %s", text, pass ? "is no" : "passes as", PII_TYPES[type].name);
}

static void test_china(void **state)
{
    (void)state;
    expect("11010519491231002X", PII_CN_ID, true); /* GB 11643, example */
    expect("11010519491231002x", PII_CN_ID, true);
    expect("440524188001010014", PII_CN_ID, false); /* before 1900 */
    expect("110105194912310021", PII_CN_ID, false);
    expect("110105 19491231 002X", PII_CN_ID, true);
    expect("１１０１０５１９４９１２３１００２Ｘ", PII_CN_ID, true);
    expect("441282198101011230", PII_CN_ID, true); /* a county that lists do not know */
    expect("110105194913310020", PII_CN_ID, false);
    expect("110105491231002", PII_CN_ID15, true);
    expect("110105194912310000", PII_CN_ID_DAMAGED, true);
    expect("1.10105E+17", PII_CN_ID_DAMAGED, true);
    expect("110105********002X", PII_CN_ID_MASKED, true);
    expect("13912345670", PII_CN_MOBILE, true);
    expect("13912345670.0", PII_CN_MOBILE, true);
    expect("139-1234-5670", PII_CN_MOBILE, true);
    expect("+86 139 1234 5670", PII_CN_MOBILE, true);
    expect("15412345670", PII_CN_MOBILE, false); /* 154 was never given out */
    expect("12012345670", PII_CN_MOBILE, false);
    expect("010-62345678", PII_CN_LANDLINE, true);
    expect("(0371) 62345678", PII_CN_LANDLINE, true);
    expect("E12345670", PII_CN_PASSPORT, true);
    expect("91350100M000100Y43", PII_CN_USCC, true); /* GB 32100, example */
    expect("91350100M000100Y44", PII_CN_USCC, false);
    expect("京A12345", PII_CN_PLATE, true);
    expect("沪A·D1234", PII_CN_PLATE, true);
    expect("沪A·1234", PII_CN_PLATE, false);
    expect("沪AD12345", PII_CN_PLATE, true);
    expect("6228480402564890018", PII_BANK_CARD, true); /* 19 digits, UnionPay */
    expect("欧阳建国", PII_CN_NAME, true);
    expect("王伟", PII_CN_NAME, true);
    expect("江苏省", PII_CN_NAME, false);
    expect("江苏省南京市鼓楼区中山路321号5栋302室", PII_CN_ADDRESS, true);
    expect("今天天气很好我们去公园玩", PII_CN_ADDRESS, false);
    expect("维吾尔族", PII_CN_ETHNIC, true);
}

static void test_china_more(void **state)
{
    (void)state;
    expect("1****************X", PII_CN_ID_MASKED, true);
    expect("139****5670", PII_CN_MOBILE_MASKED, true);
    expect("154****5670", PII_CN_MOBILE_MASKED, false);
    expect("010-62345678-123", PII_CN_LANDLINE, true); /* an extension */
    expect("0371-6234567-8012", PII_CN_LANDLINE, true);
    expect("010-12345678-123", PII_CN_LANDLINE, false);
    expect("P1234567", PII_CN_PASSPORT, true);
    expect("PE1234567", PII_CN_PASSPORT, true);
    expect("阿卜杜拉·吐尔逊", PII_CN_NAME, true);
    expect("陳美玲", PII_CN_NAME, true); /* traditional characters */
    expect("北京·A", PII_CN_NAME, false);
    assert_true(judge("11010519491231002X").county);
    assert_true(judge("110101198001010010").county);
    assert_false(judge("119905198001010017").county); /* Beijing has no such district */
    assert_false(judge("310180198001010016").county);
}

static void test_names(void **state)
{
    (void)state;
    expect("Müller", PII_PERSON_NAME, true);
    expect("Jörg Schäfer", PII_PERSON_NAME, true);
    expect("GARCÍA LÓPEZ, María José", PII_PERSON_NAME, true);
    expect("Ludwig van Beethoven", PII_PERSON_NAME, true);
    expect("van den Berg", PII_PERSON_NAME, true);
    expect("The song of anna", PII_PERSON_NAME, false);
    expect("Hans-Peter Kraus", PII_PERSON_NAME, true);
    expect("O'Brien", PII_PERSON_NAME, true);
    expect("SMITH", PII_PERSON_NAME, true);
    expect("Kowalski", PII_PERSON_NAME, true);
    expect("Middle English", PII_PERSON_NAME, false);
    expect("Stockholm", PII_PERSON_NAME, false);
    expect("martin", PII_PERSON_NAME, false); /* a login */
    expect("Schraube M8", PII_PERSON_NAME, false);
    expect("a b c d e f g h", PII_PERSON_NAME, false);
    expect("\xc3", PII_PERSON_NAME, false);
    expect("\xc5\xbf\xc5", PII_PERSON_NAME, false);
}

static void test_asia(void **state)
{
    (void)state;
    expect("A123456(3)", PII_HK_ID, true);
    expect("A123456(4)", PII_HK_ID, false);
    expect("A123456789", PII_TW_ID, true);
    expect("A123456788", PII_TW_ID, false);
    expect("S1234567D", PII_SG_NRIC, true);
    expect("S1234567A", PII_SG_NRIC, false);
    expect("970403-1234563", PII_KR_RRN, false);
    expect("971013-9019902", PII_KR_RRN, true);
    expect("123456789018", PII_JP_MYNUMBER, true);
    expect("234123412346", PII_IN_AADHAAR, true);
    expect("234123412347", PII_IN_AADHAAR, false);
    expect("ACUPA7085R", PII_IN_PAN, true);
    expect("2341234123412348", PII_IN_VID, false);
    expect("2341 2341 2341 2341", PII_IN_VID, true);
}

static void test_west(void **state)
{
    (void)state;
    expect("GB82 WEST 1234 5698 7654 32", PII_IBAN, true);
    expect("GB82WEST12345698765433", PII_IBAN, false);
    expect("536-90-4399", PII_US_SSN, true);
    expect("666-90-4399", PII_US_SSN, false);
    expect("AB 12 34 56 C", PII_UK_NINO, true);
    expect("BG123456A", PII_UK_NINO, false);
    expect("943 476 5919", PII_UK_NHS, true);
    expect("54362315K", PII_ES_DNI, true);
    expect("X2482300W", PII_ES_DNI, true);
    expect("295109912611193", PII_FR_NIR, true);
    expect("RCCMNL83S18D969H", PII_IT_CF, true);
    expect("RCCMNL83S18D969I", PII_IT_CF, false);
    expect("36574261809", PII_DE_IDNR, true);
    expect("36554266806", PII_DE_IDNR, false);
    expect("111222333", PII_NL_BSN, true);
    expect("44051401359", PII_PL_PESEL, true);
    expect("880320-0016", PII_SE_PN, true);
    expect("85.07.30-033 28", PII_BE_NN, true);
    expect("390.533.447-05", PII_BR_CPF, true);
    expect("11111111111", PII_BR_CPF, false);
    expect("16.727.230/0001-97", PII_BR_CNPJ, true);
    expect("12ABC34501DE35", PII_BR_CNPJ, true); /* with letters, since 2026 */
    expect("123 456 782", PII_AU_TFN, true);
    expect("123-456-782", PII_CA_SIN, true);
    expect("AB123456", PII_UK_NINO, true); /* without the last letter */
    expect("15108695088", PII_NO_FNR, true);
    expect("15108695077", PII_NO_FNR, false);
    expect("151086 95088", PII_NO_FNR, true);
    expect("211062-5629", PII_DK_CPR, true);
    expect("321062-5629", PII_DK_CPR, false);
    expect("131052-308T", PII_FI_HETU, true);
    expect("131052-308U", PII_FI_HETU, false);
    expect("131052A308T", PII_FI_HETU, true);
    expect("131052G308T", PII_FI_HETU, false); /* no sign of a century */
    expect("321052-308T", PII_FI_HETU, false);
    expect("756.9217.0769.85", PII_CH_AHV, true);
    expect("756.9217.0769.84", PII_CH_AHV, false);
}

static void test_technical(void **state)
{
    (void)state;
    expect("jane@corp.de", PII_EMAIL, true);
    expect("logo@2x.png", PII_EMAIL, false);
    assert_true(judge("jane@example.com").marks.test);
    expect("8.8.8.8", PII_IPV4, false); /* could be a version */
    expect("114.114.114.114", PII_IPV4, true);
    expect("192.168.1.1", PII_IPV4, false);
    expect("01.02.03.04", PII_IPV4, false);
    expect("2a00:1450:4001:80b::200e", PII_IPV6, true);
    expect("3c:52:82:11:22:33", PII_MAC, true);
    expect("02:00:00:11:22:33", PII_MAC, false);
    expect("490154203237518", PII_IMEI, true);
    expect("49-015420-323751-8", PII_IMEI, true);
    expect("490154203237517", PII_IMEI, false);
    expect("770154203237519", PII_IMEI, false); /* nobody gives out 77 */
    expect("1M8GDM9AXKP042788", PII_VIN, true);
    expect("1M8GDM9A1KP042788", PII_VIN, false);
    expect("WVWZZZ1KZ6W000001", PII_VIN, true); /* Europe: a filler */
    expect("1M8GDM9AXKP04278O", PII_VIN, false);
    expect("31.230416,121.473701", PII_GEO, true);
    expect("-33.8688, 151.2093", PII_GEO, true);
    expect("131.2304,121.4737", PII_GEO, false);
    expect("1A00", PII_ICD11, true);
    expect("CA40.0", PII_ICD11, true);
    expect("CO40.0", PII_ICD11, false);
    expect("*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19", PII_PASSWORD_HASH, true);
    expect("md5a3556571e93b0d20722ba62be61e8c2d", PII_PASSWORD_HASH, true);
    expect("jdbc:mysql://db:3306/crm?user=a&password=s3cr3tt", PII_CONNECTION, true);
    expect("jdbc:mysql://db:3306/crm?user=a&password=${PW}", PII_CONNECTION, false);
    expect("$2b$12$EixZaYVK1fsbw1ZfbX3OXePaWxn96p36WQoeG6Lruj3vjPGga31lW", PII_PASSWORD_HASH, true);
    expect("AKIAIOSFODNN7EXAMPLE", PII_CLOUD_KEY, false);
    expect("AKIAQ3EGRZ7PMNWT5KDL", PII_CLOUD_KEY, true);
    assert_true(judge("4111111111111111").marks.test);
    assert_true(judge("13800138000").marks.test);
    assert_true(judge("张三").marks.test);
}

static void test_facts_for_comparison(void **state)
{
    (void)state;
    struct value v = judge("11010519491231002X");
    assert_int_equal(v.birth, 19491231);
    assert_int_equal(v.birth_sex, SEX_FEMALE);
    assert_int_equal(v.province, 11);
    assert_int_equal(judge("1949-12-31").date, 19491231);
    assert_int_equal(judge("1949年12月31日").date, 19491231);
    assert_int_equal(judge("31.12.1949").date, 19491231);
    assert_int_equal(judge("2023-02-29").date, 0);
    assert_int_equal(judge("女").sex, SEX_FEMALE);
    assert_int_equal(judge("male").sex, SEX_MALE);
}

static void test_hostile(void **state)
{
    (void)state;
    static const char *const TEXTS[] = {
        "",
        "-",
        "+",
        "(",
        "''''",
        "\"",
        "........",
        "::::::::::",
        "----------",
        "@",
        "a@",
        "@b.c",
        "\xef\xbc",
        "\xff\xff\xff\xff",
        "京",
        "京A",
        "\xe4\xba",
        "年月日",
        "1年",
        "999999999999999999999",
        "0000000000000000000",
        "E+17",
        "*******************",
        "------------------0",
        "1-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "0-1-1-1-1-1-1-1-1-1",
        "000-0000000-00000000",
        ",,,,,,,,",
        ".0000,.0000",
        "*0000000000000000000000000000000000000000",
        "131052",
        "1234567890123456789012345678901234567890123456789012345678901234"
    };
    for (size_t i = 0; i < sizeof(TEXTS) / sizeof(TEXTS[0]); i++) {
        struct value v = judge(TEXTS[i]);
        assert_true((v.marks.pass & ~v.marks.shape) == 0);
    }
}

static int set_up(void **state)
{
    struct error e;
    (void)state;
    return detectors_init(&D, 20261122, &e) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    detectors_release(&D);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_china),
        cmocka_unit_test(test_china_more),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_asia),
        cmocka_unit_test(test_west),
        cmocka_unit_test(test_technical),
        cmocka_unit_test(test_facts_for_comparison),
        cmocka_unit_test(test_hostile),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
