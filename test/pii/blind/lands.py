"""Countries: language of the offices, locale of names and addresses, region of telephones, how a day is written, what the
language was coded in before UTF-8, and whether names are in letters for which doc/pii.md claims names."""
import phonenumbers
from faker import Faker

import idnumbers
import words

LANDS = '''US en en_US %m/%d/%Y cp1252|GB en en_GB %d/%m/%Y cp1252|CA en en_CA %Y-%m-%d cp1252|AU en en_AU %d/%m/%Y cp1252|NZ en en_NZ %d/%m/%Y cp1252
IE en en_IE %d/%m/%Y cp1252|IN en en_IN %d-%m-%Y cp1252|NG en en_NG %d/%m/%Y cp1252|KE en en_KE %d/%m/%Y cp1252|ZA en zu_ZA %Y/%m/%d cp1252|PH en en_PH %m/%d/%Y cp1252
PK en en_PK %d-%b-%Y cp1252|BD bn bn_BD %d/%m/%Y utf-8|DE de de_DE %d.%m.%Y cp1252|AT de de_AT %d.%m.%Y cp1252|CH de de_CH %d.%m.%Y cp1252|LU fr lb_LU %d/%m/%Y cp1252
FR fr fr_FR %d/%m/%Y cp1252|BE nl nl_BE %d-%m-%Y cp1252|MA fr fr_DZ %d/%m/%Y cp1252|SN fr fr_FR %d/%m/%Y cp1252|NL nl nl_NL %d-%m-%Y cp1252|ES es es_ES %d/%m/%Y cp1252
MX es es_MX %d/%m/%Y cp1252|AR es es_AR %d/%m/%Y cp1252|CL es es_CL %d-%m-%Y cp1252|CO es es_CO %d/%m/%Y cp1252|PE es es_MX %d/%m/%Y cp1252|EC es es_CO %Y-%m-%d cp1252
UY es es_AR %d/%m/%Y cp1252|CU es es_ES %d/%m/%Y cp1252|VE es es_CO %d/%m/%Y cp1252|DO es es_MX %d/%m/%Y cp1252|GT es es_MX %d/%m/%Y cp1252|BR pt pt_BR %d/%m/%Y cp1252
PT pt pt_PT %d-%m-%Y cp1252|IT it it_IT %d/%m/%Y cp1252|PL pl pl_PL %d.%m.%Y cp1250|CZ cs cs_CZ %d.%m.%Y cp1250|SK sk sk_SK %d.%m.%Y cp1250|HU hu hu_HU %Y.%m.%d. cp1250
RO ro ro_RO %d.%m.%Y cp1250|BG bg bg_BG %d.%m.%Y cp1251|HR hr hr_HR %d.%m.%Y. cp1250|RS sr sr_BA %d.%m.%Y. utf-8|SI sl sl_SI %d.%m.%Y cp1250|GR el el_GR %d/%m/%Y cp1253
CY el el_CY %d/%m/%Y cp1253|TR tr tr_TR %d.%m.%Y cp1254|RU ru ru_RU %d.%m.%Y cp1251|KZ ru ru_RU %d.%m.%Y cp1251|UA uk uk_UA %d.%m.%Y cp1251|EE et et_EE %d.%m.%Y cp1257
LV lv lv_LV %d.%m.%Y cp1257|LT lt lt_LT %Y-%m-%d cp1257|FI fi fi_FI %d.%m.%Y cp1252|SE sv sv_SE %Y-%m-%d cp1252|NO no no_NO %d.%m.%Y cp1252|DK da da_DK %d-%m-%Y cp1252
IS is is_IS %d.%m.%Y cp1252|IL he he_IL %d/%m/%Y cp1255|EG ar ar_EG %d/%m/%Y cp1256|SA ar ar_SA %d/%m/%Y cp1256|AE en ar_AE %d/%m/%Y utf-8|KW ar ar_SA %d/%m/%Y cp1256
IR fa fa_IR %Y/%m/%d utf-8|TH th th_TH %d/%m/%Y cp874|VN vi vi_VN %d/%m/%Y utf-8|ID id id_ID %d-%m-%Y cp1252|MY ms id_ID %d/%m/%Y cp1252|SG en en_IN %d/%m/%Y cp1252
KR ko ko_KR %Y.%m.%d euc-kr|JP ja ja_JP %Y/%m/%d cp932|CN zh zh_CN %Y-%m-%d gb18030|TW tw zh_TW %Y/%m/%d big5|HK tw zh_TW %Y-%m-%d big5|LK en ta_IN %Y-%m-%d utf-8
NP hi ne_NP %Y-%m-%d utf-8|GE ka ka_GE %d.%m.%Y utf-8|AM hy hy_AM %d.%m.%Y utf-8|AZ az az_AZ %d.%m.%Y utf-8|UZ uz uz_UZ %d.%m.%Y utf-8|MD ro ro_RO %d.%m.%Y cp1250'''
OTHER_LETTERS = {'bn', 'bg', 'sr', 'el', 'ru', 'uk', 'he', 'ar', 'fa', 'th', 'ko', 'ja', 'hi', 'ka', 'hy'}
OTHER_LOCALES = {'ta_IN', 'ar_AE'}
MAIL = ['gmail.com', 'hotmail.com', 'yahoo.com', 'outlook.com', 'icloud.com', 'proton.me']
IBAN_LANDS = set('DE AT CH LU FR BE NL ES PT IT PL CZ SK HU RO BG HR RS SI GR CY TR EE LV LT FI SE NO DK IS IL SA AE KW GE AZ UA KZ MD'.split())


class Land:
    def __init__(self, line, seed):
        self.code, self.language, self.locale, self.day, self.coding = line.split(' ')
        self.fake = Faker(self.locale)
        self.fake.seed_instance(seed)
        self.plain = Faker('en_US')
        self.plain.seed_instance(seed)
        self.names_claimed = self.language not in OTHER_LETTERS and self.locale not in OTHER_LOCALES
        self.letter = words.LETTER[self.language].split('|')

    def telephone(self, random, mobile, way=0):
        """A telephone of the country: as it is written at home (0), abroad (1), or bare digits with the plus (2)."""
        kind = phonenumbers.PhoneNumberType.MOBILE if mobile else phonenumbers.PhoneNumberType.FIXED_LINE
        example = phonenumbers.example_number_for_type(self.code, kind)
        text = phonenumbers.national_significant_number(example)
        keep = max(2, len(text) - 6)
        for _ in range(500):
            digits = text[:keep] + ''.join(random.choice('0123456789') for _ in text[keep:])
            number = phonenumbers.parse('+' + str(example.country_code) + digits, None)
            if phonenumbers.is_valid_number(number):
                break
        else:
            number = example
        return phonenumbers.format_number(number, (phonenumbers.PhoneNumberFormat.NATIONAL, phonenumbers.PhoneNumberFormat.INTERNATIONAL,
                                                   phonenumbers.PhoneNumberFormat.E164)[way])

    def mailbox(self, random):
        first, last = self.plain.first_name().lower(), self.plain.last_name().lower().replace(' ', '')
        tail = self.code.lower() if self.code not in ('US', 'GB') else 'net'
        domain = random.choice(MAIL + [f'{self.plain.last_name().lower()}.{tail}', f'mail-{random.randrange(90)}.{tail}'])
        return random.choice([f'{first}.{last}@{domain}', f'{first}{random.randrange(1950, 2009)}@{domain}', f'{first[0]}{last}@{domain}', f'{first}_{last}{random.randrange(99)}@{domain}'])

    def iban(self):
        from stdnum import iban
        body = ''.join(self.fake.random.choice('0123456789') for _ in range(18))
        length = {'DE': 22, 'AT': 20, 'CH': 21, 'NL': 18, 'FR': 27, 'ES': 24, 'IT': 27, 'BE': 16}.get(self.code)
        if length and self.code in ('DE', 'AT', 'CH'):
            body = (body + '0' * 20)[:length - 4]
            return self.code + iban.calc_check_digits(self.code + '00' + body) + body
        return self.fake.iban() if self.fake.iban()[:2] == self.code else Faker('de_DE').iban()

    def person(self, random, ways):
        """One person's values by kind. `ways` holds the same way to write a kind for the whole table."""
        sex = random.randrange(2)
        first = self.fake.first_name_male() if not sex else self.fake.first_name_female()
        last = self.fake.last_name()
        day = idnumbers.born(random)
        asian = self.language in ('ko', 'ja', 'zh', 'tw')
        whole = last + first if asian else f'{last} {first}' if self.language in ('hu', 'vi', 'ru', 'uk') else f'{first} {last}'
        if ways.get('comma') and not asian:
            whole = f'{last}, {first}'
        return {
            'first': first, 'last': last, 'name': whole, 'email': self.mailbox(random), 'sex': sex,
            'phone': self.telephone(random, False, ways['phone']), 'mobile': self.telephone(random, True, ways['mobile']),
            'address': self.fake.address().replace('\n', ', '), 'dob': day.strftime(ways['dob']), 'day': day,
            'nid': idnumbers.national(self.code, random, day, ways['nid']) if self.code in idnumbers.HEADINGS else '',
        }


def lands(seed):
    return [Land(line, seed + number) for number, line in enumerate(LANDS.replace('\n', '|').split('|'))]


def ways(land, random):
    return {'phone': random.choice([0, 0, 1]), 'mobile': random.choice([0, 1, 2]), 'dob': random.choice([land.day, land.day, '%Y-%m-%d']),
            'nid': random.randrange(2), 'comma': random.random() < 0.15}


