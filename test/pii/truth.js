// Judges one value a line with validators from npm: node truth.js ORACLE < values > bits. Needs `npm install stdnum validator`.
'use strict';
const lines = require('fs').readFileSync(0, 'utf8').split('\n').slice(0, -1);
const oracle = process.argv[2];
const { stdnum } = require('stdnum');
const validator = require('validator');
const byValidator = {
  'cn-id': (v) => validator.isIdentityCard(v, 'zh-CN'), 'hk-id': (v) => validator.isIdentityCard(v, 'zh-HK'),
  'tw-id': (v) => validator.isIdentityCard(v, 'zh-TW'), 'cn-mobile': (v) => validator.isMobilePhone(v, 'zh-CN'),
  iban: (v) => validator.isIBAN(v), 'bank-card': (v) => validator.isCreditCard(v),
  'es-dni': (v) => validator.isIdentityCard(v, 'ES'), 'it-cf': (v) => validator.isTaxID(v, 'it-IT'),
  'pl-pesel': (v) => validator.isIdentityCard(v, 'PL'), 'br-cpf': (v) => validator.isTaxID(v, 'pt-BR'),
};
const [library, type] = oracle.split('/');
let judge;
if (library === 'validator') {
  judge = byValidator[type];
} else {
  const [country, name] = type.split('.');
  judge = (v) => stdnum[country][name].validate(v).isValid;
}
process.stdout.write(lines.map((v) => { try { return judge(v) ? '1' : '0'; } catch { return '0'; } }).join(''));
