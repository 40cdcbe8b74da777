// Holds SARIF against the official schema of OASIS. Needs npm packages, which Debian does not have:
//
//   npm install --prefix DIR @microsoft/jest-sarif ajv ajv-draft-04 ajv-formats
//   node test/report/validate.mjs DIR FILE...
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import path from "node:path";

const [home, ...files] = process.argv.slice(2);
if (!home || files.length === 0) {
  console.error("usage: validate.mjs DIR-OF-NODE-MODULES FILE...");
  process.exit(2);
}
const require = createRequire(path.join(path.resolve(home), "package.json"));
const Ajv = require("ajv-draft-04");
const formats = require("ajv-formats");
const schema = JSON.parse(readFileSync(path.join(home, "node_modules/@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json")));
delete schema.$schema;
const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
formats(ajv);
const check = ajv.compile(schema);

let passed = 0, failed = 0;
for (const file of files) {
  const log = JSON.parse(readFileSync(file));
  const problems = check(log) ? [] : check.errors.map((e) => `${e.instancePath} ${e.message}`);
  for (const run of log.runs) {
    const rules = run.tool.driver.rules;
    for (const r of run.results) {
      if (rules[r.ruleIndex]?.id !== r.ruleId) problems.push(`result of ${r.ruleId} names rule ${r.ruleIndex}`);
      if (!/^[0-9a-f]{32}$/.test(r.partialFingerprints["ajarFinding/v1"])) problems.push("a fingerprint is none");
      if (!r.locations[0].physicalLocation.artifactLocation.uri.startsWith("tcp://")) problems.push("a location is none");
    }
  }
  problems.length ? failed++ : passed++;
  console.log(`${problems.length ? "not ok" : "ok"} ${path.basename(file)}: ${log.runs[0].results.length} results`);
  for (const p of problems.slice(0, 10)) console.log(`   ${p}`);
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
