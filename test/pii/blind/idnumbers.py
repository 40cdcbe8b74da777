"""National numbers of people, valid by their published rules: a form is filled at random until the check holds."""
import datetime
import importlib

SHAPES = {}


def shape(land):
    def keep(make):
        SHAPES[land] = make
        return make
    return keep


def filled(form, random):
    """# a digit, A a letter, K a digit or K, the rest itself."""
    def one(mark):
        if mark == '#':
            return random.choice('0123456789')
        if mark == '?':
            return random.choice('ABCDEFGHJKLMNPRSTUVWXYZ')
        if mark == '^':
            return random.choice('0123456789K')
        return mark
    return ''.join(one(mark) for mark in form)


def born(random):
    return datetime.date(1938, 1, 1) + datetime.timedelta(days=random.randrange(61 * 365))


# module of python-stdnum, forms to fill (with a date by strftime's letters), whether doc/pii.md says that it is found
STDNUM = {
    'AR': ('ar.cuit', ['20#########', '27-########-#'], True), 'AT': ('at.vnr', ['####%d%m%y', '#### %d%m%y'], True),
    'BG': ('bg.egn', ['%y%m%d####'], True), 'CL': ('cl.rut', ['1#######-^', '1#.###.###-^'], True),
    'CO': ('co.nit', ['##.###.###-#', '##########'], True), 'CU': ('cu.ni', ['%y%m%d#####'], True),
    'CZ': ('cz.rc', ['%y%m%d/####', '%y%m%d####'], True), 'SK': ('sk.rc', ['%y%m%d/####', '%y%m%d####'], True),
    'DO': ('do.cedula', ['001-#######-#', '0########'+'##'], True), 'EC': ('ec.ci', ['17########', '09########'], True),
    'EE': ('ee.ik', ['3%y%m%d####', '4%y%m%d####'], True), 'GR': ('gr.amka', ['%d%m%y#####'], True),
    'GT': ('gt.nit', ['#######-^', '########'], True), 'HR': ('hr.oib', ['###########'], True), 'ID': ('id.nik', ['3273##%d%m%y####'], True),
    'IE': ('ie.pps', ['#######??', '#######?'], True), 'IL': ('il.idnr', ['#########'], True), 'IS': ('is_.kennitala', ['%d%m%y-##'+'##', '%d%m%y####'], True),
    'LT': ('lt.asmens', ['3%y%m%d####', '4%y%m%d####'], True), 'LV': ('lv.pvn', ['%d%m%y-1####', '%d%m%y1####'], True),
    'MY': ('my.nric', ['%y%m%d-14-####', '%y%m%d10####'], True), 'MD': ('md.idno', ['2############'], True),
    'NZ': ('nz.ird', ['##-###-###', '##########'[:9]], True), 'PK': ('pk.cnic', ['35202-#######-#', '42101########'], True),
    'PE': ('pe.cui', ['########-#', '#########'], True), 'PY': ('py.ruc', ['#######-#'], True), 'RO': ('ro.cnp', ['1%y%m%d40####', '2%y%m%d12####'], True),
    'RU': ('ru.inn', ['77##########'], True), 'ZA': ('za.idnr', ['%y%m%d####08#', '%y%m%d #### 08 #'], True),
    'TH': ('th.pin', ['1############', '3-####-#####-##-#'], True), 'TR': ('tr.tckimlik', ['###########'], True),
    'UA': ('ua.rntrc', ['##########'], True), 'RS': ('si.emso', ['%d%m9##71####'], True), 'SI': ('si.emso', ['%d%m9##50####'], True),
    'BA': ('si.emso', ['%d%m9##17####'], True), 'VE': ('ve.rif', ['V-########-#', 'V#########'], True), 'CN': ('cn.ric', ['310101%Y%m%d###0', '110105%Y%m%d###'+'#'], True),
    'KR': ('kr.rrn', ['%y%m%d-1######', '%y%m%d-2######'], True), 'JP': ('jp.in_', ['############', '#### #### ####'], True),
    'IN': ('in_.aadhaar', ['#### #### ####', '############'], True), 'ES': ('es.dni', ['########?', '########-?'], True),
    'FR': ('fr.nir', ['1%y%m75###' + '#####', '2 %y %m 69 ### ### ##'], True), 'DE': ('de.idnr', ['###########', '## ### ### ###'], True),
    'NL': ('nl.bsn', ['#########'], True), 'PL': ('pl.pesel', ['%y%m%d#####'], True), 'SE': ('se.personnummer', ['%y%m%d-####', '%Y%m%d-####'], True),
    'NO': ('no.fodselsnummer', ['%d%m%y#####', '%d%m%y #####'], True), 'DK': ('dk.cpr', ['%d%m%y-####'], True), 'FI': ('fi.hetu', ['%d%m%y-###?', '%d%m%y-###'+'#'], True),
    'CH': ('ch.ssn', ['756.####.####.##', '756##########'], True), 'BE': ('be.nn', ['%y.%m.%d-###.##', '%y%m%d#####'], True),
    'PT': ('pt.nif', ['2########'], True), 'BR': ('br.cpf', ['###.###.###-##', '###########'], True), 'US': ('us.ssn', ['###-##-####'], True),
    'CA': ('ca.sin', ['### ### ###', '###-###-###'], True), 'AU': ('au.tfn', ['### ### ###'], True), 'GB': ('gb.nhs', ['### ### ####', '##########'], True),
    'MX': ('mx.curp', ['????%y%m%dHDF???0#', '????%y%m%dMJC???0#'], True), 'IT': ('it.codicefiscale', ['??????%yA##H501?', '??????%yT##F205?'], True),
}


def luhn(digits):
    total = 0
    for place, digit in enumerate(reversed(digits + '0')):
        number = int(digit) * (2 if place % 2 else 1)
        total += number - 9 if number > 9 else number
    return str(-total % 10)


def weighted(digits, weights):
    return sum(int(digit) * weight for digit, weight in zip(digits, weights))


@shape('HU')
def hungary(random, day):
    days = (day - datetime.date(1867, 1, 1)).days
    body = f'8{days:05d}{random.randrange(1000):03d}'
    rest = weighted(body, range(1, 10)) % 11
    return body + str(rest) if rest < 10 else hungary(random, day)


@shape('KZ')
def kazakhstan(random, day):
    body = day.strftime('%y%m%d') + random.choice('34') + f'{random.randrange(10000):04d}'
    rest = weighted(body, range(1, 12)) % 11
    if rest == 10:
        rest = weighted(body, [3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2]) % 11
    return body + str(rest) if rest < 10 else kazakhstan(random, day)


@shape('KW')
def kuwait(random, day):
    body = '2' + day.strftime('%y%m%d') + f'{random.randrange(10000):04d}'
    rest = 11 - weighted(body, [2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]) % 11
    return body + str(rest) if rest < 10 else kuwait(random, day)


@shape('SA')
def saudi(random, _):
    body = random.choice('12') + f'{random.randrange(10**8):08d}'
    return body + luhn(body)


@shape('AE')
def emirates(random, day):
    body = '784' + str(day.year) + f'{random.randrange(10**7):07d}'
    whole = body + luhn(body)
    return f'{whole[:3]}-{whole[3:7]}-{whole[7:14]}-{whole[14]}'


@shape('EG')
def egypt(random, day):
    body = '2' + day.strftime('%y%m%d') + random.choice(['01', '02', '12', '21']) + f'{random.randrange(10000):04d}'
    rest = (11 - weighted(body, [2, 7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11) % 10
    return body + str(rest)


@shape('IR')
def iran(random, _):
    body = f'{random.randrange(10**7, 10**9):09d}'
    rest = weighted(body, range(10, 1, -1)) % 11
    return body + str(rest if rest < 2 else 11 - rest)


@shape('UY')
def uruguay(random, _):
    body = f'{random.randrange(1000000, 5500000)}'
    check = str(-weighted(body, [2, 9, 8, 7, 6, 3, 4]) % 10)
    return f'{body[0]}.{body[1:4]}.{body[4:]}-{check}'


@shape('UZ')
def uzbekistan(random, day):
    body = random.choice('34') + day.strftime('%d%m%y') + f'{random.randrange(1, 250):03d}' + f'{random.randrange(1000):03d}'
    return body + str(weighted(body, [7, 3, 1] * 5) % 10)


@shape('HK')
def hongkong(random, _):
    letter, body = random.choice('ABCDEGHKPRVYZ'), f'{random.randrange(10**6):06d}'
    total = 36 * 9 + (ord(letter) - 55) * 8 + weighted(body, range(7, 1, -1))
    rest = -total % 11
    return f'{letter}{body}({"A" if rest == 10 else rest})'


@shape('TW')
def taiwan(random, _):
    letter = random.choice('ABCDEFGHJKLMN')
    code = 10 + 'ABCDEFGHJKLMNPQRSTUVXYWZIO'.index(letter)
    body = random.choice('12') + f'{random.randrange(10**7):07d}'
    total = code // 10 + code % 10 * 9 + weighted(body, range(8, 0, -1))
    return letter + body + str(-total % 10)


@shape('SG')
def singapore(random, _):
    body = f'{random.randrange(10**6, 10**7)}'
    return 'S' + body + 'JZIHGFEDCBA'[weighted(body, [2, 7, 6, 5, 4, 3, 2]) % 11]


@shape('LU')
def luxembourg(random, day):
    from stdnum import verhoeff
    body = day.strftime('%Y%m%d') + f'{random.randrange(1000):03d}'
    return body + luhn(body) + verhoeff.calc_check_digit(body)


# Numbers that nobody claims to know: their form only.
@shape('VN')
def vietnam(random, _):
    return '0' + random.choice(['01', '79', '48']) + filled('#########', random)


@shape('LK')
def srilanka(random, day):
    return f'{day:%y}{random.randrange(1, 366):03d}' + filled('####', random) + 'V'


FORMS = {'NG': '###########', 'KE': '2#######', 'BD': '19###########', 'PH': '####-####-####-####', 'MA': '??######',
         'BY': '3######A###PB#', 'GE': '01#########', 'AM': '##########', 'AZ': '######?', 'CY': '########?', 'SN': '1###########',
         'ET': '############', 'IQ': '19##########', 'LR': '#########', 'NP': '##-##-##-#####'}
HEADINGS = {
    'AR': 'CUIL|CUIT', 'AT': 'SVNR|Sozialversicherungsnummer', 'BG': 'ЕГН', 'CL': 'RUT|RUN', 'CO': 'NIT', 'CU': 'Carné de identidad', 'CZ': 'Rodné číslo|RČ',
    'SK': 'Rodné číslo', 'DO': 'Cédula', 'EC': 'Cédula|C.I.', 'EE': 'Isikukood', 'GR': 'ΑΜΚΑ|AMKA', 'GT': 'NIT', 'HR': 'OIB', 'ID': 'NIK|No. KTP', 'IE': 'PPSN|PPS number',
    'IL': 'תעודת זהות|ת.ז.', 'IS': 'Kennitala|kt.', 'LT': 'Asmens kodas', 'LV': 'Personas kods', 'MY': 'No. KP|MyKad', 'MD': 'IDNP', 'NZ': 'IRD|IRD number', 'PK': 'CNIC',
    'PE': 'DNI', 'PY': 'RUC', 'RO': 'CNP', 'RU': 'ИНН', 'ZA': 'ID number|Identity number', 'TH': 'เลขประจำตัวประชาชน|เลขบัตรประชาชน', 'TR': 'TC Kimlik No|TCKN', 'UA': 'РНОКПП|ІПН',
    'RS': 'ЈМБГ|JMBG', 'SI': 'EMŠO', 'BA': 'JMBG', 'VE': 'RIF', 'CN': '身份证号|证件号码', 'KR': '주민등록번호|주민번호', 'JP': 'マイナンバー|個人番号', 'IN': 'Aadhaar|Aadhaar No.|UID',
    'ES': 'DNI|NIF', 'FR': 'NIR|N° de sécurité sociale', 'DE': 'Steuer-ID|IdNr', 'NL': 'BSN', 'PL': 'PESEL', 'SE': 'Personnummer', 'NO': 'Fødselsnummer', 'DK': 'CPR|CPR-nr.',
    'FI': 'Henkilötunnus|hetu', 'CH': 'AHV-Nr.|AHVN13', 'BE': 'Rijksregisternummer|NISS', 'PT': 'NIF|Contribuinte', 'BR': 'CPF', 'US': 'SSN|Social Security Number', 'CA': 'SIN|NAS',
    'AU': 'TFN', 'GB': 'NHS number|NHS No', 'MX': 'CURP', 'IT': 'Codice fiscale|CF', 'HU': 'Adóazonosító jel', 'KZ': 'ИИН', 'KW': 'الرقم المدني', 'SA': 'رقم الهوية', 'AE': 'رقم الهوية|Emirates ID',
    'EG': 'الرقم القومي', 'IR': 'کد ملی', 'UY': 'C.I.|Cédula', 'UZ': 'JSHSHIR|ПИНФЛ', 'HK': '身份證號碼|HKID', 'TW': '身分證字號', 'SG': 'NRIC', 'LU': 'Matricule', 'VN': 'CCCD', 'LK': 'NIC',
    'NG': 'NIN', 'KE': 'National ID', 'BD': 'জাতীয় পরিচয়পত্র|NID', 'PH': 'PhilSys No.', 'MA': 'CIN', 'BY': 'Личный номер', 'GE': 'პირადი ნომერი', 'AM': 'ՀԾՀ', 'AZ': 'FİN', 'CY': 'TIC',
    'SN': 'CNI', 'ET': 'Fayda ID', 'IQ': 'رقم البطاقة الوطنية', 'LR': 'NIR number', 'NP': 'Citizenship No.',
}


def claimed(land):
    return land in SHAPES and land not in ('VN', 'LK') or land in STDNUM and STDNUM[land][2]


def national(land, random, day, form=0):
    """A number of a person of that country who was born on that day; `form` is which of its ways to write it."""
    if land in SHAPES:
        return SHAPES[land](random, day)
    if land in FORMS:
        return filled(FORMS[land], random)
    module = importlib.import_module('stdnum.' + STDNUM[land][0])
    forms = STDNUM[land][1]
    for _ in range(200000):
        number = filled(day.strftime(forms[form % len(forms)]), random)
        if module.is_valid(number):
            return number
    raise ValueError(f'no number of {land}')
