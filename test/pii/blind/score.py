"""Score `ajar classify` on the blind corpus: score.py DIRECTORY COMMAND [--print]. Only what is shown counts: a finding of a labelled kind is
found whether confirmed or suspected; a confirmed finding of anything else is wrong. Test data and traces in text are not confirmed."""
import json
import os
import re
import shlex
import subprocess
import sys

# What the labels are called in the report.
TYPES = {
    'name': {'person-name', 'cn-name'}, 'first': {'person-name', 'cn-name'}, 'last': {'person-name', 'cn-name'}, 'phone': {'phone', 'cn-mobile', 'cn-landline'}, 'email': {'email'},
    'address': {'postal-address', 'cn-address'}, 'dob': {'birth-date'}, 'sex': {'sex'}, 'iban': {'iban'}, 'card': {'bank-card'}, 'vin': {'vin'}, 'imei': {'imei'}, 'ip': {'ipv4', 'ipv6'}, 'mac': {'mac'},
    'diagnosis': {'icd10', 'icd11'}, 'special': {'special-category'}, 'password': {'password'}, 'hash': {'password-hash'}, 'key': {'cloud-key', 'api-key'}, 'connection': {'connection-string', 'password'},
    'privatekey': {'private-key'}, 'jwt': {'jwt'},
}


def plain(name):
    return re.sub(r'[\W_]+', '', name).lower()


def of_type(label, land, kind):
    if label['type'] == 'nid':
        return kind.split('-')[0] == {'GB': 'uk', 'RS': 'yu', 'SI': 'yu', 'BA': 'yu', 'SK': 'cz', 'LT': 'ee'}.get(land, land).lower()
    return kind in TYPES[label['type']]


def same_field(label, finding):
    if label['field'] is None or finding['in_text']:
        return True
    shown = finding.get('field') or ''
    last = plain(shown.replace('[]', '').split('.')[-1])
    return last == '' or last.startswith('column') or plain(label['field']) in plain(shown) or last in plain(label['field'])


def score(path, command, show):
    truth = {entry['file']: entry for entry in map(json.loads, open(os.path.join(path, 'truth.jsonl'), encoding='utf-8'))}
    answer = subprocess.run(shlex.split(command) + ['--json', '--all', os.path.join(path, 'files')], capture_output=True, text=True)
    if answer.returncode not in (0, 1, 3):
        sys.exit(f'{command}: status {answer.returncode}: {answer.stderr[-300:]}')
    found = {name: [] for name in truth}
    for line in answer.stdout.splitlines():
        entry = json.loads(line)
        name = os.path.basename(entry['file'].split('#')[0])
        found[name] += entry.get('findings', [])
    right = wrong = 0
    counts = {}
    for name, entry in truth.items():
        findings, labels = found[name], entry['labels']
        for finding in findings:
            if finding['state'] != 'confirmed' or finding['test_data']:
                continue
            hit = any(of_type(label, entry['land'], finding['type']) and same_field(label, finding) for label in labels)
            right, wrong = right + hit, wrong + (not hit)
            if show and not hit:
                print(f"wrong   {name}: {finding['field']} is no {finding['type']} (k {finding['k']} of {finding['n']})")
        for label in labels:
            seen = [finding['state'] for finding in findings if of_type(label, entry['land'], finding['type']) and same_field(label, finding) and finding['state'] in ('confirmed', 'suspected')]
            groups = ['all'] + (['claimed'] if label['claimed'] else []) + (['text'] if label.get('text') else []) + ['type ' + label['type']]
            for group in groups:
                total, hits, sure = counts.get(group, (0, 0, 0))
                counts[group] = (total + 1, hits + bool(seen), sure + ('confirmed' in seen))
            if show and not seen:
                print(f"missed  {name}: {label['field'] or '(text)'} {label['type']}{'' if label['claimed'] else ' (not claimed)'}")
    print(f'confirmed: {right} right, {wrong} wrong, precision {right / max(1, right + wrong):.4f}')
    for group in sorted(counts, key=lambda group: (group.startswith('type'), group)):
        total, hits, sure = counts[group]
        print(f'{group:16} {hits:5} of {total:5} found, recall {hits / total:.3f} (confirmed {sure / total:.3f})')
    return right, wrong, counts


if __name__ == '__main__':
    score(sys.argv[1], sys.argv[2], '--print' in sys.argv[3:])
