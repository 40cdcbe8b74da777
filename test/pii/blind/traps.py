"""Files that look like people and hold none: numbers with check digits, names of things, forms nobody filled in, settings with references."""
import datetime
import json
import uuid

import idnumbers
import words
import writers

THINGS = {
    'furniture': (['name', 'kind', 'price'], ['Anna', 'Markus', 'Ingo', 'Klara', 'Sven', 'Emma', 'Ivar', 'Stefan', 'Olaf', 'Greta', 'Lisabo', 'Henrik'], ['chair', 'table', 'lamp', 'shelf']),
    'storms': (['storm_name', 'category', 'wind_kt'], ['Katrina', 'Andrew', 'Camille', 'Hugo', 'Ivan', 'Rita', 'Wilma', 'Maria', 'Irma', 'Harvey', 'Sandy', 'Isabel', 'Michael'], ['1', '3', '5']),
    'ships': (['ship', 'flag', 'gt'], ['Emma Maersk', 'Queen Mary', 'Anna Catharina', 'Marco Polo', 'Christopher Columbus', 'Princess Diana', 'John Paul'], ['DK', 'GB', 'PA']),
    'species': (['scientific_name', 'family', 'status'], ['Quercus robur', 'Rosa canina', 'Parus major', 'Lacerta agilis', 'Victoria amazonica', 'Erica carnea', 'Veronica persica', 'Iris germanica'], ['LC', 'NT', 'VU']),
    'perfumes': (['product name', 'brand', 'ml'], ['Daisy', 'Angel', 'Coco', 'Samsara', 'Lola', 'Jasmine Noir', 'Ralph', 'Paris Rose', 'Olympia', 'Eva'], ['30', '50', '100']),
    'streets': (['street', 'district', 'length_m'], ['Goethestraße', 'Schillerplatz', 'Karl-Marx-Allee', 'Rosa-Luxemburg-Straße', 'Rue Victor Hugo', 'Avenue Jean Jaurès', 'Via Giuseppe Garibaldi', 'Calle Simón Bolívar'], ['Nord', 'Ost', 'Mitte']),
    'cities': (['city', 'state', 'population'], ['Lincoln', 'Madison', 'Jackson', 'Austin', 'Charlotte', 'San Jose', 'Santa Ana', 'St. Petersburg', 'Florence', 'Victoria', 'Sidney'], ['TX', 'NC', 'CA']),
    'potatoes': (['Sorte', 'Reife', 'Ertrag'], ['Linda', 'Annabelle', 'Sieglinde', 'Laura', 'Nicola', 'Marabel', 'Agria', 'Belana', 'Gala', 'Adretta', 'Bettina'], ['früh', 'mittel', 'spät']),
    'servers': (['hostname', 'role', 'cores'], ['anna', 'bob', 'charlie', 'dora', 'emil', 'friedrich', 'gustav', 'heinrich', 'ida', 'julius', 'konrad'], ['web', 'db', 'cache']),
    'songs': (['title', 'genre', 'seconds'], ['Angie', 'Layla', 'Roxanne', 'Billie Jean', 'Peggy Sue', 'Eleanor Rigby', 'Michelle', 'Jolene', 'Gloria', 'Rosanna'], ['rock', 'pop', 'country']),
    'trains': (['zug', 'von', 'nach'], ['ICE 577', 'Johannes Brahms', 'Albert Einstein', 'Goethe', 'EC Franz Liszt'], ['Hamburg', 'München']),
    'companies': (['firm', 'sector', 'employees'], ['Johnson & Johnson', 'Walter Meier AG', 'Ernst & Young', 'Harley Davidson Inc.', 'Wells Fargo', 'Hugo Boss AG', 'Philip Morris', 'Max Mara Srl'], ['health', 'retail', 'bank']),
    'dishes': (['菜名', '类别', '价格'], ['麻婆豆腐', '宫保鸡丁', '王老吉', '张飞牛肉', '李子', '黄焖鸡', '白切鸡', '孔府菜', '东坡肉', '周黑鸭'], ['川菜', '粤菜']),
    'idioms': (['成语', '出处', '频率'], ['张冠李戴', '马到成功', '高山流水', '金玉满堂', '石破天惊', '江郎才尽', '周而复始', '安居乐业', '叶公好龙', '白手起家'], ['史记', '左传']),
    'teams': (['club', 'league', 'points'], ['Santos', 'Carl Zeiss Jena', 'Newell', 'Real Betis', 'St. Pauli', 'Willem II', 'Alemannia', 'Arminia', 'Victoria', 'Borussia'], ['1', '2']),
    'titles': (['film', 'year', 'minutes'], ['Forrest Gump', 'Jerry Maguire', 'Erin Brockovich', 'Annie Hall', 'Donnie Darko', 'Jackie Brown', 'Barry Lyndon', 'Billy Elliot'], ['1994', '2001']),
    'saints': (['feast', 'saint', 'colour'], ['St. Peter', 'St. Lucia', 'St. Barbara', 'St. Martin', 'St. Nicholas', 'St. Agnes'], ['red', 'white']),
    'ja_goods': (['商品名', '分類', '価格'], ['花子さんせんべい', '太郎ラーメン', '田中屋のうどん', '桜餅', '山田錦', '佐藤錦'], ['菓子', '酒']),
    'ru_goods': (['Товар', 'Группа', 'Цена'], ['Шоколад Алёнка', 'Торт Наполеон', 'Салат Оливье', 'Духи Наташа', 'Конфеты Маска', 'Сыр Костромской'], ['еда', 'быт']),
}
PLACES = [('DE', 'Berlin'), ('FR', 'Lyon'), ('JP', 'Osaka'), ('BR', 'Recife'), ('KE', 'Nairobi'), ('CA', 'Calgary'), ('IN', 'Pune'), ('AU', 'Perth')]


def digits(random, count):
    return str(random.randrange(10**(count - 1), 10**count))


def luhn_number(random, count, start=''):
    body = start + ''.join(random.choice('0123456789') for _ in range(count - 1 - len(start)))
    return body + idnumbers.luhn(body)


def ean(random, start, count=13):
    body = start + ''.join(random.choice('0123456789') for _ in range(count - 1 - len(start)))
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(body)))
    return body + str(-total % 10)


def isbn10(random):
    body = digits(random, 9)
    rest = -sum(int(digit) * weight for digit, weight in zip(body, range(10, 1, -1))) % 11
    return body + ('X' if rest == 10 else str(rest))


def stamp(random, seconds=True):
    moment = datetime.datetime(2022, 1, 1) + datetime.timedelta(seconds=random.randrange(4 * 365 * 86400))
    return str(int(moment.timestamp()) * (1 if seconds else 1000) + (0 if seconds else random.randrange(1000)))


def hexes(random, count):
    return ''.join(random.choice('0123456789abcdef') for _ in range(count))


def day(random, first=1600, last=2026):
    return datetime.date(random.randrange(first, last), random.randrange(1, 13), random.randrange(1, 29))


# Columns: heading, and what makes one value of row n.
COLUMNS = {
    'orders': [('order_no', lambda r, n: luhn_number(r, 16, '9')), ('total', lambda r, n: f'{r.randrange(100, 99999) / 100}'), ('created', lambda r, n: stamp(r))],
    'books': [('isbn', lambda r, n: isbn10(r)), ('ean', lambda r, n: ean(r, '978')), ('pages', lambda r, n: str(r.randrange(60, 900)))],
    'goods': [('gtin', lambda r, n: ean(r, '40')), ('artikelnr', lambda r, n: f'{r.randrange(100, 999)}.{r.randrange(100, 999)}.{r.randrange(10, 99)}'), ('bestand', lambda r, n: str(r.randrange(900)))],
    'clock_s': [('ts', lambda r, n: str(1700000000 + 60 * n)), ('value', lambda r, n: f'{r.gauss(20, 3):.7f}')],
    'clock_ms': [('t', lambda r, n: stamp(r, False)), ('latency', lambda r, n: f'{r.random() * 3:.9f}')],
    'snowflakes': [('id', lambda r, n: str(1420070400000 * 10**5 + r.randrange(10**17))), ('likes', lambda r, n: str(r.randrange(10**5)))],
    'uuids': [('uid', lambda r, n: str(uuid.UUID(int=r.getrandbits(128), version=4))), ('state', lambda r, n: r.choice(['done', 'new'])), ('sha', lambda r, n: hexes(r, 40))],
    'files': [('path', lambda r, n: f'/var/lib/{hexes(r, 4)}/{n}.bin'), ('md5', lambda r, n: hexes(r, 32)), ('size', lambda r, n: str(r.randrange(10**9)))],
    'versions': [('package', lambda r, n: f'lib{hexes(r, 5)}'), ('version', lambda r, n: f'{r.randrange(9)}.{r.randrange(30)}.{r.randrange(99)}.{r.randrange(255)}'), ('build', lambda r, n: digits(r, 9))],
    'counter11': [('serial', lambda r, n: str(13800000000 + 37 * n)), ('line', lambda r, n: str(r.randrange(9)))],
    'counter9': [('ticket', lambda r, n: str(100000000 + n)), ('queue', lambda r, n: r.choice('ABC'))],
    'random9': [('asset', lambda r, n: digits(r, 9)), ('site', lambda r, n: r.choice(['K1', 'K2']))],
    'random10': [('part_no', lambda r, n: digits(r, 10)), ('bin', lambda r, n: str(r.randrange(99)))],
    'random11': [('batch', lambda r, n: digits(r, 11)), ('yield', lambda r, n: f'{r.random():.6f}')],
    'random13': [('tracking', lambda r, n: digits(r, 13)), ('kg', lambda r, n: f'{r.random() * 30:.2f}')],
    'stations': [('station', lambda r, n: f'{r.choice(PLACES)[1]}-{n}'), ('lat', lambda r, n: f'{r.uniform(-60, 70):.5f}'), ('lon', lambda r, n: f'{r.uniform(-170, 170):.5f}'), ('elev', lambda r, n: str(r.randrange(2000)))],
    'readings': [('sensor', lambda r, n: f's{n % 12}'), ('ratio', lambda r, n: f'{r.uniform(1, 9):.7f}'), ('hp', lambda r, n: f'{r.uniform(1, 5):.7f}'), ('tel', lambda r, n: str(r.randrange(100, 999)))],
    'events': [('event', lambda r, n: r.choice(['battle', 'treaty', 'fire', 'flood'])), ('date', lambda r, n: str(day(r))), ('place', lambda r, n: r.choice(PLACES)[1])],
    'recent': [('id', lambda r, n: str(n)), ('date_of_issue', lambda r, n: str(day(r, 2019, 2026))), ('due', lambda r, n: str(day(r, 2024, 2027)))],
    'securities': [('isin', lambda r, n: r.choice(['US', 'DE', 'FR']) + hexes(r, 9).upper() + str(r.randrange(10))), ('price', lambda r, n: f'{r.uniform(1, 900):.2f}')],
    'banks': [('blz', lambda r, n: digits(r, 8)), ('bic', lambda r, n: 'ABCDDEFF' + str(r.randrange(100, 999))), ('ort', lambda r, n: r.choice(PLACES)[1])],
    'trade_register': [('vat_id', lambda r, n: 'DE' + digits(r, 9)), ('siren', lambda r, n: luhn_number(r, 9)), ('duns', lambda r, n: digits(r, 9))],
    'networks': [('cidr', lambda r, n: f'{r.randrange(11, 200)}.{r.randrange(255)}.{r.randrange(255)}.0/24'), ('asn', lambda r, n: f'AS{digits(r, 5)}')],
    'private_hosts': [('ip', lambda r, n: f'10.{r.randrange(9)}.{r.randrange(255)}.{r.randrange(255)}'), ('host', lambda r, n: f'node{n}'), ('up', lambda r, n: str(r.randrange(10**6)))],
    'genes': [('gene', lambda r, n: 'ENSG' + digits(r, 11)), ('chrom', lambda r, n: str(r.randrange(1, 23))), ('pos', lambda r, n: digits(r, 9))],
    'elements': [('cas', lambda r, n: f'{digits(r, 5)}-{digits(r, 2)}-{r.randrange(10)}'), ('mass', lambda r, n: f'{r.uniform(1, 300):.4f}')],
    'invoices': [('invoice', lambda r, n: f'RE-2026-{n:05d}'), ('net', lambda r, n: f'{r.uniform(1, 900):.2f}'), ('ref', lambda r, n: luhn_number(r, 18))],
    'regions_dates': [('docno', lambda r, n: r.choice(['310101', '440305']) + day(r, 2018, 2026).strftime('%Y%m%d') + f'{n % 10000:04d}'), ('pages', lambda r, n: str(r.randrange(90)))],
    'odometer': [('fleet_no', lambda r, n: f'F{n:03d}'), ('mileage', lambda r, n: digits(r, 6)), ('serial', lambda r, n: ''.join(r.choice('ABCDEFGHJKLMNPRSTUVWXYZ0123456789') for _ in range(17)))],
    'devices': [('asset_tag', lambda r, n: hexes(r, 12)), ('fw', lambda r, n: f'{r.randrange(3)}.{r.randrange(20)}'), ('sn', lambda r, n: luhn_number(r, 15, '99'))],
    'icd_catalogue': [('code', lambda r, n: f'{r.choice("ABCDEFGJKM")}{r.randrange(10)}{r.randrange(10)}.{r.randrange(10)}'), ('chapter', lambda r, n: r.choice(['I', 'II', 'IV'])), ('billable', lambda r, n: r.choice(['yes', 'no']))],
    'baby_names': [('name', lambda r, n: r.choice(['Emma', 'Liam', 'Mia', 'Noah', 'Lea', 'Paul', 'Ella', 'Finn', 'Lina', 'Jonas', 'Marie', 'Ben'])), ('births', lambda r, n: str(r.randrange(40, 9000))), ('rank', lambda r, n: str(n + 1))],
    'census': [('age_group', lambda r, n: f'{n % 18 * 5}-{n % 18 * 5 + 4}'), ('sex', lambda r, n: r.choice(['male', 'female'])), ('count', lambda r, n: digits(r, 6))],
    'postcodes': [('plz', lambda r, n: digits(r, 5)), ('ort', lambda r, n: r.choice(PLACES)[1]), ('vorwahl', lambda r, n: '0' + digits(r, 4))],
    'codes': [('country', lambda r, n: r.choice(PLACES)[0]), ('phone_code', lambda r, n: f'+{r.randrange(1, 999)}'), ('currency', lambda r, n: r.choice(['EUR', 'USD', 'JPY']))],
    'offices': [('department', lambda r, n: f'Dept {n}'), ('email', lambda r, n: f'{r.choice(["info", "office", "sales", "support", "noreply", "contact", "service"])}@{hexes(r, 6)}.com'), ('floor', lambda r, n: str(r.randrange(9)))],
    'scores': [('match', lambda r, n: f'M{n}'), ('score', lambda r, n: f'{r.randrange(9)}-{r.randrange(9)}'), ('odds', lambda r, n: f'{r.uniform(1, 20):.2f}')],
    'rates': [('pair', lambda r, n: r.choice(['EURUSD', 'USDJPY'])), ('bid', lambda r, n: f'{r.uniform(0.5, 160):.9f}'), ('volume', lambda r, n: digits(r, 11))],
    'template': [('first_name', lambda r, n: ''), ('email', lambda r, n: ''), ('qty', lambda r, n: str(r.randrange(9)))],
    'masked': [('user', lambda r, n: '***'), ('email', lambda r, n: '[redacted]'), ('phone', lambda r, n: 'xxxx'), ('n', lambda r, n: str(n))],
    'hashed': [('email_sha256', lambda r, n: hexes(r, 64)), ('phone_hash', lambda r, n: hexes(r, 40)), ('score', lambda r, n: f'{r.random():.4f}')],
    'counts': [('email_count', lambda r, n: str(r.randrange(10**9))), ('phone_count', lambda r, n: digits(r, 10)), ('id', lambda r, n: str(n))],
    'mileage_points': [('segment_id', lambda r, n: luhn_number(r, 16, '4000')), ('points', lambda r, n: str(r.randrange(900)))],
    'meters': [('zaehlernummer', lambda r, n: '1ESY' + digits(r, 10)), ('malo', lambda r, n: digits(r, 11)), ('kwh', lambda r, n: f'{r.uniform(1, 9999):.3f}')],
    'cn_orders': [('订单号', lambda r, n: stamp(r, False) + digits(r, 6)), ('金额', lambda r, n: f'{r.uniform(1, 900):.2f}'), ('状态', lambda r, n: r.choice(['已付', '待发']))],
    'kr_products': [('상품코드', lambda r, n: digits(r, 13)), ('수량', lambda r, n: str(r.randrange(90))), ('상태', lambda r, n: r.choice(['판매', '품절']))],
    'ru_stock': [('Артикул', lambda r, n: digits(r, 12)), ('Остаток', lambda r, n: str(r.randrange(90))), ('Склад', lambda r, n: r.choice(['А', 'Б']))],
    'ar_stock': [('رقم الصنف', lambda r, n: digits(r, 14)), ('الكمية', lambda r, n: str(r.randrange(90)))],
    'br_notes': [('nota', lambda r, n: digits(r, 11)), ('serie', lambda r, n: str(r.randrange(9))), ('valor', lambda r, n: f'{r.uniform(1, 900):.2f}'.replace('.', ','))],
}


def tables(random, folder, rounds):
    formats = ['csv', 'semicolon.csv', 'tsv', 'ndjson', 'array.json', 'sql', 'xml', 'html', 'yaml', 'nested.json', 'log', 'pg.sql', 'csv', 'csv', 'fixed.txt', 'attr.xml', 'toml', 'cards.txt', 'keyed.json', 'xlsx', 'har']
    number = 0
    for _ in range(rounds):
        sources = [(name, [head for head, _ in made], [[make(random, row) for _, make in made] for row in range(random.choice([14, 60, 200, 600]))]) for name, made in COLUMNS.items()]
        for name, (heads, things, kinds) in THINGS.items():
            sources.append((name, heads, [[random.choice(things), random.choice(kinds), str(random.randrange(3, 5000))] for _ in range(random.choice([12, 40, 150]))]))
        for name, heads, rows in sources:
            kind = formats[number % len(formats)]
            number += 1
            data = writers.xlsx(heads, rows) if kind == 'xlsx' else writers.TEXT[kind](heads, rows, random)
            folder.add(f'trap_{name}_{number:03d}.{kind}', data, [])


def texts(random, folder):
    def add(name, text):
        folder.add(f'trap_{name}', text, [])
    for language in sorted(words.HEADS):
        if random.random() < 0.5:
            heads, _ = words.heads(language, random)
            add(f'form_{language}.txt', ''.join(f'{head}: ________________\n' for head in heads.values()) + '\n')
        else:
            heads, _ = words.heads(language, random)
            add(f'strings_{language}.json', json.dumps({f'form.label.{key}': head for key, head in heads.items()}, ensure_ascii=False, indent=2))
    add('placeholders.env', 'DB_PASSWORD=${DB_PASSWORD}\nAPI_KEY=changeme\nSECRET=<your-secret-here>\nAWS_SECRET_ACCESS_KEY=\nTOKEN=xxxxxxxxxxxxxxxx\n')
    add('refs.yaml', 'db:\n  password: !vault |\n  url: postgres://app:${PASS}@db/app\nauth:\n  secretKeyRef:\n    name: db\n    key: password\n  passwordFile: /run/secrets/db\n')
    add('vault.yml', 'password: "{{ vault_db_password }}"\nsmtp_password: ENC[AES256_GCM,data:Zm9v,iv:YmFy,tag:YmF6,type:str]\ntoken: vault:secret/data/app#token\n')
    add('code.py', 'def login(user, password=None):\n    if password == "":\n        raise ValueError("password must not be empty")\n    token = get_token(user, password)\n    return token\n' * 6)
    add('doc.md', '# Users\n\nWrite to user@example.com or call 555-0123. Card 4111 1111 1111 1111 is for tests. `curl https://user:pass@example.com/`\n')
    add('lock.json', json.dumps({'packages': {f'node_modules/@scope/p{n}': {'version': f'{n}.2.3', 'integrity': 'sha512-' + hexes(random, 86) + '=='} for n in range(60)}}, indent=1))
    add('go.sum', ''.join(f'example.org/x/y{n} v1.{n}.0 h1:{hexes(random, 43)}=\n' for n in range(80)))
    add('access.log', ''.join(f'10.0.{random.randrange(9)}.{random.randrange(200)} - - [0{random.randrange(1, 9)}/May/2026:10:1{random.randrange(10)}:00 +0000] "GET /static/img{n}@2x.png HTTP/1.1" 200 {random.randrange(99999)}\n' for n in range(300)))
    add('build.log', ''.join(f'[{n:4d}] 2026-05-01 12:00:{n % 60:02d}.{random.randrange(10**6):06d} Linking CXX object src/CMakeFiles/core.dir/{hexes(random, 8)}.o\n' for n in range(300)))
    add('trace.txt', ''.join(f'  at com.acme.core.Module{n}.handle(Module{n}.java:{random.randrange(900)}) ~[core-1.{n}.jar:?] @{hexes(random, 8)}\n' for n in range(150)))
    add('style.css', ''.join(f'@media (min-width: {n}px) {{ .a{n} {{ background: url("logo@3x.png"); color: #{hexes(random, 6)} }} }}\n' for n in range(80)))
    add('remotes.txt', ''.join(f'origin\tgit@github.com:acme/repo{n}.git (fetch)\n' for n in range(40)))
    add('ids.txt', ''.join(f'{luhn_number(random, 12)}\n' for _ in range(200)))
    add('numbers.txt', ''.join(f'{digits(random, 9)}\n' for _ in range(200)))
    add('primes.txt', ' '.join(str(n) for n in range(1000003, 1009003, 2)))
    add('statute.txt', ''.join(f'§ {n} Abs. {random.randrange(1, 5)} Die Frist beträgt {random.randrange(2, 60)} Tage; Nr. {random.randrange(9)} gilt entsprechend. Wer seinen Namen, die Anschrift oder das Geburtsdatum nicht angibt, handelt ordnungswidrig.\n' for n in range(1, 120)))
    add('recipe.txt', 'Take 250 g flour, 3 eggs and 100 ml milk. Bake 35 minutes at 180 degrees. Serves 4. Name of the dish: Pancake.\n' * 8)
    add('leaflet.txt', 'Dosage: adults 500 mg twice a day. Contraindications: pregnancy, asthma. Patients with diabetes should ask a doctor. Batch 4711, EXP 05/2027.\n' * 10)
    add('paper.txt', ''.join(f'[{n}] The constant is {random.random():.12f}, and p = {random.random():.3f} for n = {random.randrange(10**9)}. doi:10.{random.randrange(1000, 9999)}/{digits(random, 9)}\n' for n in range(100)))
    add('privacy.html', '<html><body><h1>Privacy</h1><p>We process your name, your e-mail address, date of birth and telephone number. Your password is stored as a hash.</p></body></html>\n' * 4)
    add('schema.sql', 'CREATE TABLE customer (id bigint, first_name text, last_name text, email text, phone text, date_of_birth date, ssn char(11), password text);\nCREATE INDEX ON customer(email);\n' * 3)
    add('schema.json', json.dumps({'properties': {key: {'type': 'string', 'description': f'the {key} of the person'} for key in ('email', 'phone', 'ssn', 'password', 'dob')}}, indent=1))
    add('zone.db', '$ORIGIN acme.net.\n' + ''.join(f'h{n} IN CNAME host{n}.acme.net.\n' for n in range(60)))
    add('calendar.ics', 'BEGIN:VCALENDAR\r\nVERSION:2.0\r\n' + ''.join(f'BEGIN:VEVENT\r\nUID:{hexes(random, 12)}@cal.intern\r\nDTSTART:2026{random.randrange(1, 13):02d}{random.randrange(1, 29):02d}T100000Z\r\nSUMMARY:Sitzung {n}\r\nEND:VEVENT\r\n' for n in range(30)) + 'END:VCALENDAR\r\n')
    add('sudoku.txt', ''.join(''.join(str(random.randrange(1, 10)) for _ in range(81)) + '\n' for _ in range(60)))
    add('poem.txt', 'Anna went to the sea, and Peter stayed at home.\nThe waves were high, the wind was cold, and Maria sang of old.\n' * 12)
    add('headers.har', writers.TEXT['har'](['Content-Type', 'X-Request-Id', 'name'], [['text/html', hexes(random, 16), 'Anna chair'] for _ in range(20)], random))
    add('dates.txt', ''.join(f'{day(random, 2020, 2027)} {random.choice(["released", "fixed", "merged"])} {n}.{random.randrange(9)}\n' for n in range(100)))
    add('constants.c', ''.join(f'static const unsigned long k{n} = 0x{hexes(random, 16)}ul; /* {digits(random, 18)} */\n' for n in range(120)))
    add('nmea.txt', ''.join(f'$GPGGA,1235{n % 60:02d},48{random.randrange(10)}7.038,N,011{random.randrange(10)}1.000,E,1,08,0.9,545.4,M,46.9,M,,*4{random.randrange(10)}\n' for n in range(100)))
    add('bom.txt', ''.join(f'R{n} {random.randrange(1, 999)}k 0603 {luhn_number(random, 10)}\n' for n in range(100)))
