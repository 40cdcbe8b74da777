"""Write the blind corpus: make.py DIRECTORY [SEED]. The same seed gives the same files, with the same versions of faker, phonenumbers and python-stdnum."""
import json
import os
import random
import shutil
import sys

import lands
import people
import secretfiles
import traps


def main(path, seed):
    shutil.rmtree(path, ignore_errors=True)
    source = random.Random(seed)
    folder = people.Folder(os.path.join(path, 'files'))
    for number, land in enumerate(lands.lands(seed)):
        people.one_table(land, source, number, folder)
        people.one_letter(land, source, number, folder)
        people.one_other(land, source, number, folder)
    for name, text, kinds in secretfiles.files(source):
        folder.add(f'settings_{name}', text, [{'field': None, 'type': kind, 'claimed': True, 'text': False} for kind in kinds])
    of_people = len(folder.truth)
    traps.tables(source, folder, 3)
    traps.texts(source, folder)
    with open(os.path.join(path, 'truth.jsonl'), 'w', encoding='utf-8') as file:
        for entry in folder.truth:
            file.write(json.dumps(entry, ensure_ascii=False) + '\n')
    print(f'{len(folder.truth)} files of {len(lands.lands(seed))} countries, {len(folder.truth) - of_people} of them without people, seed {seed}')


if __name__ == '__main__':
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 20261130)
