// Judges one value a line with validators from npm: node truth.js FILE ORACLE... prints a line of bits for each oracle.
// Needs `npm install stdnum validator`.
'use strict';
const lines = require('fs').readFileSync(process.argv[2], 'utf8').split('\n').slice(0, -1);
const { stdnum } = require('stdnum');
const validator = require('validator');
const byValidator = {
  'cn-id': (v) => validator.isIdentityCard(v, 'zh-CN'), 'hk-id': (v) => validator.isIdentityCard(v, 'zh-HK'),
  'tw-id': (v) => validator.isIdentityCard(v, 'zh-TW'), 'cn-mobile': (v) => validator.isMobilePhone(v, 'zh-CN'),
  iban: (v) => validator.isIBAN(v), 'bank-card': (v) => validator.isCreditCard(v),
  'es-dni': (v) => validator.isIdentityCard(v, 'ES'), 'it-cf': (v) => validator.isTaxID(v, 'it-IT'),
  'pl-pesel': (v) => validator.isIdentityCard(v, 'PL'), 'br-cpf': (v) => validator.isTaxID(v, 'pt-BR'),
  'br-cnpj': (v) => validator.isTaxID(v, 'pt-BR'), 'fr-spi': (v) => validator.isTaxID(v, 'fr-FR'),
  'de-idnr': (v) => validator.isTaxID(v, 'de-DE'), 'nl-bsn': (v) => validator.isTaxID(v, 'nl-NL'),
  'pt-nif': (v) => validator.isTaxID(v, 'pt-PT'), 'no-fnr': (v) => validator.isIdentityCard(v, 'NO'),
  'fi-hetu': (v) => validator.isIdentityCard(v, 'FI'), imei: (v) => validator.isIMEI(v),
  'cn-passport': (v) => validator.isPassportNumber(v, 'CN'), mac: (v) => validator.isMACAddress(v),
  ipv4: (v) => validator.isIP(v, 4), ipv6: (v) => validator.isIP(v, 6), email: (v) => validator.isEmail(v),
};
for (const oracle of process.argv.slice(3)) {
  const [library, type] = oracle.split('/');
  const [country, name] = type.split('.');
  const number = library === 'stdnum' && stdnum[country][name];
  const judge = library === 'validator' ? byValidator[type] : number && ((v) => number.validate(v).isValid);
  if (!judge) throw new Error('no such oracle: ' + oracle);
  const bits = Buffer.alloc(lines.length + 1, '0');
  lines.forEach((v, i) => { try { if (judge(v)) bits[i] = 49; } catch { /* no */ } });
  bits[lines.length] = 10;
  require('fs').writeSync(1, bits);
}
