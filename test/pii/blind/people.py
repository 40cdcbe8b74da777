"""Files in which people are: tables, letters, cards, mail, settings; each with what is in it and whether doc/pii.md claims that kind."""
import os

import idnumbers
import lands
import words
import writers

ROWS = [9, 14, 30, 60, 150, 400]
ARTICLE9 = {'en': [('Religion', ['Catholic', 'Muslim', 'Hindu', 'Protestant', 'none']), ('Blood group', ['A+', '0+', 'B-', 'AB+']), ('Union member', ['yes', 'no'])],
            'de': [('Konfession', ['rk', 'ev', 'ohne']), ('Blutgruppe', ['A+', '0-', 'B+', 'AB-']), ('Gewerkschaft', ['ver.di', 'IG Metall', 'keine'])],
            'fr': [('Religion', ['catholique', 'musulmane', 'sans']), ('Groupe sanguin', ['A+', 'O-', 'B+'])], 'es': [('Religión', ['católica', 'evangélica', 'ninguna']), ('Grupo sanguíneo', ['O+', 'A-', 'B+'])],
            'pl': [('Wyznanie', ['rzymskokatolickie', 'prawosławne', 'brak'])], 'it': [('Gruppo sanguigno', ['A+', '0-', 'B+'])], 'tr': [('Kan grubu', ['A Rh+', '0 Rh-', 'B Rh+'])],
            'ru': [('Вероисповедание', ['православие', 'ислам', 'нет'])], 'id': [('Agama', ['Islam', 'Kristen', 'Hindu', 'Buddha'])], 'ar': [('الديانة', ['مسلم', 'مسيحي'])],
            'hi': [('धर्म', ['हिन्दू', 'मुस्लिम', 'सिख'])]}
ICD = ['E11.9', 'I10', 'J45.0', 'F32.1', 'M54.5', 'K21.9', 'C50.9', 'B20', 'N18.3', 'G40.2', 'F20.0', 'J06.9', 'E78.0', 'I25.1', 'Z21', 'F41.1', 'K29.7', 'L40.0']


def card(random):
    body = random.choice(['4', '51', '53', '37', '62284801']) + ''.join(random.choice('0123456789') for _ in range(14))
    body = body[:14] if body[:2] == '37' else body[:15]
    return body + idnumbers.luhn(body)


def vin(random):
    body = [random.choice('ABCDEFGHJKLMNPRSTUVWXYZ0123456789') for _ in range(17)]
    body[:3] = random.choice(['WVW', 'WBA', '1HG', 'JTD', 'VF1'])
    weights, values = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2], dict(zip('ABCDEFGHJKLMNPRSTUVWXYZ', [1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 7, 9, 2, 3, 4, 5, 6, 7, 8, 9]))
    body[8] = '0'
    rest = sum((values[mark] if mark.isalpha() else int(mark)) * weight for mark, weight in zip(body, weights)) % 11
    body[8] = 'X' if rest == 10 else str(rest)
    return ''.join(body)


def imei(random):
    body = '35' + ''.join(random.choice('0123456789') for _ in range(12))
    return body + idnumbers.luhn(body)


def address_of_machine(random):
    return f'{random.choice([81, 91, 176, 188, 203, 24, 46, 109])}.{random.randrange(1, 255)}.{random.randrange(255)}.{random.randrange(1, 255)}'


def harmless(random, number):
    return {'ref': f'A-{number + 1000}', 'amount': f'{random.randrange(100, 90000) / 100:.2f}', 'status': random.choice(['open', 'paid', 'closed']), 'qty': str(random.randrange(1, 40)),
            'updated': f'2026-{random.randrange(1, 12):02d}-{random.randrange(1, 29):02d} {random.randrange(24):02d}:{random.randrange(60):02d}:00'}


def extras(land, random):
    """Further columns of a table of people: (heading, type, values' maker, claimed)."""
    out = []
    if land.code in lands.IBAN_LANDS:
        out.append(('IBAN', 'iban', lambda: land.iban(), True))
    out += [(random.choice(['card_number', 'Card no.', 'PAN']), 'card', lambda: card(random), True), ('VIN', 'vin', lambda: vin(random), True),
            ('IMEI', 'imei', lambda: imei(random), True), (random.choice(['ip', 'last_ip', 'client_ip']), 'ip', lambda: address_of_machine(random), True),
            (random.choice(['mac', 'device_mac']), 'mac', lambda: ':'.join(['3c', '22', 'fb'] + [f'{random.randrange(256):02x}' for _ in range(3)]), True),
            (random.choice(['ICD-10', 'Diagnosis', 'icd']), 'diagnosis', lambda: random.choice(ICD), True),
            (random.choice(['password', 'passwd', 'pwd']), 'password', lambda: random.choice(['Summer', 'monkey', 'qW', 'dragon']) + str(random.randrange(10**5)) + random.choice('!#$x'), True),
            ('password_hash', 'hash', lambda: '$2b$12$' + ''.join(random.choice('./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789') for _ in range(53)), True)]
    if land.language in ARTICLE9:
        head, values = random.choice(ARTICLE9[land.language])
        out += [(head, 'special', lambda: random.choice(values), True)] * 4
    return out


def columns(land, random, blind_heads):
    kinds = random.sample(['name', 'phone', 'mobile', 'email', 'address', 'dob', 'sex', 'nid'], random.randrange(3, 8))
    if 'name' in kinds and land.language not in ('zh', 'tw', 'ko', 'ja', 'th', 'vi') and random.random() < 0.5:
        kinds[kinds.index('name')] = 'first'
        kinds.insert(kinds.index('first') + 1, 'last')
    heads, _ = words.heads(land.language, random)
    if 'first' in kinds and heads['first'] in (heads['last'], heads['name']):
        heads['first'] += ' 1'
    heads['nid'] = random.choice(idnumbers.HEADINGS[land.code].split('|'))
    chosen = []
    for number, kind in enumerate(kinds):
        claimed = {'name': land.names_claimed, 'first': land.names_claimed, 'last': land.names_claimed, 'nid': idnumbers.claimed(land.code)}.get(kind, True)
        chosen.append((f'f{number}' if blind_heads else heads[kind], kind, claimed))
    return chosen


def table(land, random):
    """Headings, rows and labels of a table of people of a country."""
    blind_heads = random.random() < 0.1
    ways = lands.ways(land, random)
    chosen = columns(land, random, blind_heads)
    more = [] if blind_heads else random.sample(extras(land, random), random.choice([0, 1, 1, 2]))
    more = list({head: (head, kind, make, claim) for head, kind, make, claim in more}.values())
    other = random.sample(['ref', 'amount', 'status', 'qty', 'updated'], random.randrange(0, 3))
    sexes = words.heads(land.language, random)[1]
    rows = []
    for number in range(random.choice(ROWS)):
        person = land.person(random, ways)
        person['sex'] = sexes[person['sex']]
        plain = harmless(random, number)
        rows.append([plain[key] for key in other] + [person[kind] for _, kind, _ in chosen] + [make() for _, _, make, _ in more])
    labels = []
    for head, kind, claim in chosen:
        kind = 'phone' if kind == 'mobile' else kind
        if blind_heads:
            claim = kind == 'email' or kind == 'phone' and (ways['phone'] > 0 and ways['mobile'] > 0)
        labels.append({'field': head, 'type': kind, 'claimed': claim})
    labels += [{'field': head, 'type': kind, 'claimed': claim} for head, kind, _, claim in more]
    return other + [head for head, _, _ in chosen] + [head for head, _, _, _ in more], rows, labels


def letter(land, random):
    """Prose and forms about some people, and what kinds are in it."""
    name, phone, born, mail, sentence = land.letter
    ways = lands.ways(land, random)
    people = random.choice([1, 1, 3, 8, 20])
    form = random.random() < 0.5
    kinds = random.sample(['phone', 'email', 'dob', 'nid', 'address', 'iban'], random.randrange(2, 5))
    if 'iban' in kinds and land.code not in lands.IBAN_LANDS:
        kinds.remove('iban')
    nid = random.choice(idnumbers.HEADINGS[land.code].split('|'))
    head, _ = words.heads(land.language, random)
    lines, labels = [], [{'field': None, 'type': 'name', 'claimed': form and land.names_claimed, 'text': True}]
    for kind in kinds:
        claimed = {'address': False, 'nid': idnumbers.claimed(land.code)}.get(kind, True)
        labels.append({'field': None, 'type': kind, 'claimed': claimed, 'text': True})
    for _ in range(people):
        person = land.person(random, ways)
        person['iban'] = land.iban() if 'iban' in kinds else ''
        if land.language == 'en' and random.random() < 0.5:
            person['dob'] = f"{person['day'].day} {person['day']:%B} {person['day'].year}"
        said = {'phone': f"{phone} {person[random.choice(['phone', 'mobile'])]}", 'email': f"{mail} {person['email']}", 'dob': f"{born} {person['dob']}", 'nid': f"{nid} {person['nid']}",
                'address': f"{head['address']}: {person['address']}", 'iban': f"IBAN {person['iban']}"}
        if form:
            lines += [f"{name} {person['name']}"] + [said[kind] for kind in kinds] + ['']
        else:
            lines.append(land.fake.paragraph(nb_sentences=3))
            lines.append(sentence.format(n=person['name']) + ' ' + random.choice([', ', '; ']).join(said[kind] for kind in kinds) + '.')
            lines.append(land.fake.paragraph(nb_sentences=2))
    return lines, labels


def vcards(land, random, ways):
    out = []
    for _ in range(random.choice([6, 20, 60])):
        person = land.person(random, ways)
        out.append(f"BEGIN:VCARD\r\nVERSION:3.0\r\nN:{person['last']};{person['first']};;;\r\nFN:{person['name']}\r\nTEL;TYPE=CELL:{person['mobile']}\r\nEMAIL;TYPE=INTERNET:{person['email']}\r\n"
                   f"BDAY:{person['day']:%Y-%m-%d}\r\nADR;TYPE=HOME:;;{person['address'].replace(',', chr(92) + ',').replace(';', ' ')};;;;\r\nEND:VCARD\r\n")
    labels = [{'field': None, 'type': kind, 'claimed': kind != 'name' or land.names_claimed} for kind in ('name', 'phone', 'email', 'dob', 'address')]
    return ''.join(out), labels


def ldif(land, random, ways):
    import base64
    out = []
    for number in range(random.choice([8, 25, 80])):
        person = land.person(random, ways)

        def line(key, value):
            return f'{key}: {value}\n' if value.isascii() else f'{key}:: {base64.b64encode(value.encode()).decode()}\n'
        out.append(f'dn: uid=u{number},ou=people,dc=firma,dc=net\nobjectClass: inetOrgPerson\nuid: u{number}\n' + line('cn', person['name']) + line('givenName', person['first']) + line('sn', person['last']) +
                   line('mail', person['email']) + line('telephoneNumber', person['phone']) + line('userPassword', '{SSHA}' + base64.b64encode(random.randbytes(28)).decode()) + '\n')
    return ''.join(out), [{'field': None, 'type': kind, 'claimed': kind != 'name' or land.names_claimed} for kind in ('name', 'email', 'phone', 'hash')]


def mailbox(land, random, ways):
    out = []
    for _ in range(random.choice([5, 15])):
        one, two = land.person(random, ways), land.person(random, ways)
        body = f"{land.fake.paragraph()}\n\n{land.letter[1]} {one['phone']}\n{one['name']}\n"
        message = writers.mail((one['name'], one['email']), (two['name'], two['email']), land.fake.sentence(), body, random.choice(['8bit', 'base64', 'quoted-printable']), random)
        out.append(f"From {one['email']} Tue Sep 01 10:00:00 2026\n{message}\n")
    return ''.join(out), [{'field': None, 'type': 'email', 'claimed': True, 'text': True}, {'field': None, 'type': 'name', 'claimed': land.names_claimed, 'text': True},
                          {'field': None, 'type': 'phone', 'claimed': True, 'text': True}]


def messages(land, random, ways):
    """HL7 v2, X12 or EDIFACT."""
    kind = random.choice(['hl7', 'hl7', 'x12', 'edi'])
    out = []
    for number in range(random.choice([6, 30])):
        person = land.person(random, ways)
        first, last, street = person['first'].upper(), person['last'].upper(), person['address'].split(',')[0].replace('^', ' ').replace('*', ' ').replace("'", ' ').replace('+', ' ').replace(':', ' ')
        if kind == 'hl7':
            out.append(f"MSH|^~\\&|KIS|HOSP|LAB|HOSP|20260501120{number % 10}||ADT^A01|{number}|P|2.5\rPID|1||{number + 5000}^^^HOSP||{last}^{first}||{person['day']:%Y%m%d}|{'MF'[person['sex']]}|||{street}^^CITY^^1234||{person['phone']}\r"
                       f"PV1|1|I|3A^12\rDG1|1|ICD10|{random.choice(ICD)}\r")
        elif kind == 'x12':
            out.append(f"ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *260501*1200*^*00501*{number:09d}*0*P*:~GS*HC*S*R*20260501*1200*1*X*005010X222A1~ST*837*0001~"
                       f"NM1*IL*1*{last}*{first}****MI*W{number:08d}~N3*{street}~N4*CITY*NY*10001~DMG*D8*{person['day']:%Y%m%d}*{'MF'[person['sex']]}~HI*ABK:{random.choice(ICD).replace('.', '')}~SE*6*0001~GE*1*1~IEA*1*{number:09d}~\n")
        else:
            out.append(f"UNB+UNOC:3+S+R+260501:1200+{number}'UNH+1+MEDPRE:D:93A:UN'BGM+1'NAD+PAT+++{last}:{first}+{street}+CITY++1000+{land.code}'DTM+329:{person['day']:%Y%m%d}:102'COM+{person['phone'].replace('+', '?+')}:TE'UNT+6+1'UNZ+1+{number}'\n")
    kinds = {'hl7': ['name', 'dob', 'phone', 'address', 'sex', 'diagnosis'], 'x12': ['name', 'dob', 'address', 'sex', 'diagnosis'], 'edi': ['name', 'dob', 'address', 'phone']}[kind]
    return kind, ''.join(out), [{'field': None, 'type': kind, 'claimed': kind != 'name' or land.names_claimed} for kind in kinds]


def pdf(lines):
    """One page, or two, of Latin letters."""
    text = ' '.join(f'({line[:100]}) Tj T*'.replace('\\', '') for line in (''.join(mark for mark in line if mark not in '()\\') for line in lines))
    stream = f'BT /F1 10 Tf 40 800 Td 12 TL {text} ET'.encode('cp1252', 'replace')
    objects = [b'<< /Type /Catalog /Pages 2 0 R >>', b'<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
               b'<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
               b'<< /Length %d >>\nstream\n%s\nendstream' % (len(stream), stream), b'<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>']
    out, places = b'%PDF-1.4\n', []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b'%d 0 obj\n%s\nendobj\n' % (number, body)
    begin = len(out)
    return out + b'xref\n0 6\n0000000000 65535 f \n' + b''.join(b'%010d 00000 n \n' % place for place in places) + b'trailer << /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n' % begin


class Folder:
    """Where files go, and the list of what is in them."""

    def __init__(self, path):
        self.path, self.truth = path, []
        os.makedirs(path, exist_ok=True)

    def add(self, name, data, labels, land='', coding='utf-8'):
        path = os.path.join(self.path, name)
        if data is not None:
            with open(path, 'wb') as file:
                file.write(data.encode(coding, 'replace') if isinstance(data, str) else data)
        self.truth.append({'file': name, 'land': land, 'labels': labels})


def one_table(land, random, number, folder):
    heads, rows, labels = table(land, random)
    formats = sorted(writers.TEXT) + ['csv', 'semicolon.csv', 'csv', 'xlsx', 'ods', 'sqlite']
    kind = formats[number % len(formats)]
    name = f'{land.code.lower()}_{number:03d}.{kind}'
    if kind == 'sqlite':
        path = os.path.join(folder.path, name)
        if os.path.exists(path):
            os.remove(path)
        seen = {}
        heads = [head if not (seen.__setitem__(head.lower(), seen.get(head.lower(), 0) + 1) or seen[head.lower()] > 1) else head + ' 2' for head in heads]
        writers.sqlite(heads, rows, path)
        folder.add(name, None, labels, land.code)
    elif kind in ('xlsx', 'ods'):
        folder.add(name, (writers.xlsx if kind == 'xlsx' else writers.ods)(heads, rows), labels, land.code)
    else:
        text = writers.TEXT[kind](heads, rows, random)
        wrapping = random.random()
        if kind.endswith('csv') and wrapping < 0.5:
            folder.add(name, text, labels, land.code, land.coding if kind == 'semicolon.csv' or wrapping < 0.35 else 'utf-16')
        elif wrapping < 0.65:
            way = random.choice(['gz', 'zip', 'tar.gz'])
            folder.add(f'{name}.{way}', writers.packed(way, name, text.encode()), labels, land.code)
        else:
            folder.add(name, text, labels, land.code)


def one_letter(land, random, number, folder):
    lines, labels = letter(land, random)
    name = f'{land.code.lower()}_letter_{number:03d}'
    way = random.random()
    if way < 0.12:
        folder.add(name + '.docx', writers.docx(lines), labels, land.code)
    elif way < 0.2 and land.coding == 'cp1252':
        folder.add(name + '.pdf', pdf(lines[:60]), labels, land.code)
    else:
        folder.add(name + '.txt', '\n'.join(lines) + '\n', labels, land.code, land.coding if way < 0.45 else 'utf-8')


def one_other(land, random, number, folder):
    ways = lands.ways(land, random)
    kind = ('vcf', 'ldif', 'mbox', 'messages', 'table', 'letter')[number % 6]
    name = f'{land.code.lower()}_other_{number:03d}.'
    if kind == 'table':
        one_table(land, random, number + 7, folder)
    elif kind == 'letter':
        one_letter(land, random, number + 500, folder)
    elif kind == 'messages':
        kind, text, labels = messages(land, random, ways)
        folder.add(name + kind, text, labels, land.code)
    else:
        text, labels = {'vcf': vcards, 'ldif': ldif, 'mbox': mailbox}[kind](land, random, ways)
        folder.add(name + kind, text, labels, land.code)
