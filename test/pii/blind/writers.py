"""Tables in the formats that people keep them in. `rows` are lists of strings under `heads`."""
import base64
import csv
import gzip
import html
import io
import json
import re
import sqlite3
import tarfile
import urllib.parse
import zipfile


def delimited(mark):
    def make(heads, rows, random):
        out = io.StringIO()
        writer = csv.writer(out, delimiter=mark, lineterminator=random.choice(['\n', '\r\n']), quoting=random.choice([csv.QUOTE_MINIMAL, csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
        writer.writerow(heads)
        writer.writerows(rows)
        return out.getvalue()
    return make


def records(heads, rows):
    return [dict(zip(heads, row)) for row in rows]


def ndjson(heads, rows, random):
    return ''.join(json.dumps(record, ensure_ascii=random.random() < 0) + '\n' for record in records(heads, rows))


def array(heads, rows, random):
    return json.dumps(records(heads, rows), ensure_ascii=False, indent=random.choice([None, 2]))


def nested(heads, rows, random):
    half = len(heads) // 2
    return json.dumps({'status': 'ok', 'data': {'items': [{'ref': number, 'a': dict(zip(heads[:half], row)), 'details': {'b': dict(zip(heads[half:], row[half:]))}}
                                                          for number, row in enumerate(rows)]}}, ensure_ascii=False, indent=1)


def keyed(heads, rows, random):
    return json.dumps({f'-N{"".join(random.choice("abcdefghijklmnopqrstuvwxyzABCDEFGH0123456789_") for _ in range(18))}': record
                       for record in records(heads, rows)}, ensure_ascii=False)


def slug(head):
    return re.sub(r'\W+', '_', head).strip('_') or 'feld'


def quoted(value):
    return "'" + value.replace("'", "''") + "'"


def sql(heads, rows, random):
    names = ', '.join(f'`{slug(head)}`' for head in heads)
    out = [f'CREATE TABLE `people` ({", ".join(f"`{slug(head)}` varchar(255)" for head in heads)});']
    for begin in range(0, len(rows), 20):
        values = ',\n'.join('(' + ', '.join(quoted(value) for value in row) + ')' for row in rows[begin:begin + 20])
        out.append(f'INSERT INTO `people` ({names}) VALUES\n{values};')
    return '\n'.join(out) + '\n'


def copy(heads, rows, random):
    lines = ['\t'.join(value.replace('\t', ' ') for value in row) for row in rows]
    return f'SET client_encoding = \'UTF8\';\n\nCOPY public.people ({", ".join(slug(head) for head in heads)}) FROM stdin;\n' + '\n'.join(lines) + '\n\\.\n'


def xml(heads, rows, random):
    tags = [slug(head) for head in heads]
    if not all(tag[0].isalpha() for tag in tags):
        tags = ['f' + str(number) if not tag[0].isalpha() else tag for number, tag in enumerate(tags)]
    body = ''.join('  <row>\n' + ''.join(f'    <{tag}>{html.escape(value)}</{tag}>\n' for tag, value in zip(tags, row)) + '  </row>\n' for row in rows)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<export>\n{body}</export>\n'


def attributes(heads, rows, random):
    tags = ['a_' + slug(head) if not slug(head)[0].isalpha() else slug(head) for head in heads]
    return '<?xml version="1.0"?>\n<list>\n' + ''.join('<entry ' + ' '.join(f'{tag}="{html.escape(value)}"' for tag, value in zip(tags, row)) + '/>\n' for row in rows) + '</list>\n'


def page(heads, rows, random):
    cells = ''.join('<tr>' + ''.join(f'<td>{html.escape(value)}</td>' for value in row) + '</tr>\n' for row in rows)
    return ('<!DOCTYPE html>\n<html><head><meta charset="utf-8"><title>Export</title></head><body><table>\n<tr>' +
            ''.join(f'<th>{html.escape(head)}</th>' for head in heads) + f'</tr>\n{cells}</table></body></html>\n')


def yaml(heads, rows, random):
    return 'people:\n' + ''.join('  - ' + '\n    '.join(f'{json.dumps(head, ensure_ascii=False) if not slug(head) == head else head}: {json.dumps(value, ensure_ascii=False)}'
                                                     for head, value in zip(heads, row)) + '\n' for row in rows)


def toml(heads, rows, random):
    return ''.join('[[person]]\n' + ''.join(f'{json.dumps(head, ensure_ascii=False)} = {json.dumps(value, ensure_ascii=False)}\n' for head, value in zip(heads, row)) + '\n' for row in rows)


def blocks(heads, rows, random):
    return '\n'.join(''.join(f'{head}: {value}\n' for head, value in zip(heads, row)) for row in rows)


def urlencoded(heads, rows, random):
    return ''.join(urllib.parse.urlencode(record) + '\n' for record in records(heads, rows))


def fixed(heads, rows, random):
    widths = [max(len(head), *(len(row[place]) for row in rows)) + 2 for place, head in enumerate(heads)]
    return ''.join(''.join(value.ljust(width) for value, width in zip(row, widths)).rstrip() + '\n' for row in [heads] + rows)


def log(heads, rows, random):
    out = []
    for number, row in enumerate(rows):
        pairs = ' '.join(f'{slug(head)}="{value}"' if ' ' in value else f'{slug(head)}={value}' for head, value in zip(heads, row))
        out.append(f'2026-0{random.randrange(1, 10)}-{random.randrange(10, 29)}T{random.randrange(10, 24)}:{random.randrange(10, 60)}:07Z level=info msg="saved" seq={number} {pairs}\n')
    return ''.join(out)


def har(heads, rows, random):
    def entry(row):
        pairs = [{'name': slug(head), 'value': value} for head, value in zip(heads, row)]
        return {'startedDateTime': '2026-05-01T10:00:00.000Z', 'time': 12, 'request': {
            'method': 'POST', 'url': 'https://shop.intern/api/save', 'httpVersion': 'HTTP/1.1', 'cookies': [], 'headers': [{'name': 'Accept', 'value': '*/*'}],
            'queryString': [], 'postData': {'mimeType': 'application/x-www-form-urlencoded', 'params': pairs}, 'headersSize': -1, 'bodySize': 10},
            'response': {'status': 200, 'statusText': 'OK', 'httpVersion': 'HTTP/1.1', 'cookies': [], 'headers': [], 'content': {'size': 2, 'mimeType': 'text/plain', 'text': 'ok'},
                         'redirectURL': '', 'headersSize': -1, 'bodySize': 2}, 'cache': {}, 'timings': {'send': 0, 'wait': 1, 'receive': 1}}
    return json.dumps({'log': {'version': '1.2', 'creator': {'name': 'x', 'version': '1'}, 'entries': [entry(row) for row in rows]}}, ensure_ascii=False, indent=1)


def script(heads, rows, random):
    return 'var data = ' + json.dumps(records(heads, rows), ensure_ascii=False) + ';\n'


TEXT = {'csv': delimited(','), 'semicolon.csv': delimited(';'), 'tsv': delimited('\t'), 'pipe.txt': delimited('|'), 'ndjson': ndjson, 'array.json': array, 'nested.json': nested,
        'keyed.json': keyed, 'sql': sql, 'pg.sql': copy, 'xml': xml, 'attr.xml': attributes, 'html': page, 'yaml': yaml, 'toml': toml, 'cards.txt': blocks, 'form.txt': urlencoded,
        'fixed.txt': fixed, 'log': log, 'har': har, 'js': script}
FIXED_TIME = (2026, 5, 1, 12, 0, 0)


def zipped(members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, 'w', zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(zipfile.ZipInfo(name, FIXED_TIME), data)
    return out.getvalue()


def xlsx(heads, rows):
    def cell(value):
        return f'<c t="inlineStr"><is><t>{html.escape(value)}</t></is></c>'
    body = ''.join('<row>' + ''.join(cell(value) for value in row) + '</row>' for row in [heads] + rows)
    return zipped([
        ('[Content_Types].xml', '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>'),
        ('_rels/.rels', '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>'),
        ('xl/workbook.xml', '<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Data" sheetId="1" r:id="r1"/></sheets></workbook>'),
        ('xl/_rels/workbook.xml.rels', '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'),
        ('xl/worksheets/sheet1.xml', f'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{body}</sheetData></worksheet>')])


def ods(heads, rows):
    body = ''.join('<table:table-row>' + ''.join(f'<table:table-cell office:value-type="string"><text:p>{html.escape(value)}</text:p></table:table-cell>' for value in row) +
                   '</table:table-row>' for row in [heads] + rows)
    return zipped([('mimetype', 'application/vnd.oasis.opendocument.spreadsheet'), ('content.xml',
                    '<?xml version="1.0"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
                    f'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet><table:table table:name="T">{body}</table:table></office:spreadsheet></office:body></office:document-content>')])


def docx(paragraphs):
    body = ''.join(f'<w:p><w:r><w:t>{html.escape(line)}</w:t></w:r></w:p>' for line in paragraphs)
    return zipped([
        ('[Content_Types].xml', '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'),
        ('_rels/.rels', '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>'),
        ('word/document.xml', f'<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{body}</w:body></w:document>')])


def sqlite(heads, rows, path):
    names = ', '.join('"' + head.replace('"', '') + '" TEXT' for head in heads)
    with sqlite3.connect(path) as base:
        base.execute(f'CREATE TABLE kartei (lfd INTEGER PRIMARY KEY, {names})')
        base.executemany(f'INSERT INTO kartei VALUES (NULL{", ?" * len(heads)})', rows)
    base.close()


def packed(kind, name, data):
    if kind == 'gz':
        return gzip.compress(data, mtime=0)
    if kind == 'zip':
        return zipped([(name, data)])
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode='w') as archive:
        entry = tarfile.TarInfo('export/' + name)
        entry.size = len(data)
        archive.addfile(entry, io.BytesIO(data))
    return gzip.compress(out.getvalue(), mtime=0)


def mail(sender, receiver, subject, body, way, random):
    def header(text):
        return text if text.isascii() else '=?utf-8?B?' + base64.b64encode(text.encode()).decode() + '?='
    if way == 'base64':
        text = base64.encodebytes(body.encode()).decode()
    elif way == 'quoted-printable':
        import quopri
        text = quopri.encodestring(body.encode()).decode()
    else:
        text = body
    return (f'From: {header(sender[0])} <{sender[1]}>\nTo: {header(receiver[0])} <{receiver[1]}>\nSubject: {header(subject)}\nDate: Tue, {random.randrange(1, 29)} Sep 2026 10:12:0{random.randrange(10)} +0200\n'
            f'Message-ID: <{random.randrange(10**12)}.{random.randrange(10**6)}@mx.intern>\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: {way}\n\n{text}\n')
