// See test/report/pages. One line a failure; "N passed, N failed" is the last line.
"use strict";
const fs = require("fs"), path = require("path"), { execFileSync } = require("child_process");
const puppeteer = require("puppeteer-core");
const axe = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const to = path.resolve(process.argv[2]);
let passed = 0, failed = 0;

function that(ok, what) {
  if (ok) passed++; else { failed++; console.log("not ok " + what); }
}

// What axe-core knows of WCAG 2.2 A and AA, and its own best practices.
async function violations(page) {
  await page.evaluate(axe);
  const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  return found.violations.map(v => v.id + " (" + v.nodes.length + "): " + v.nodes[0].target.join(" ") + ": " +
                                   v.nodes[0].failureSummary.split("\n").slice(0, 2).join(" "));
}

const VIEWS = [
  { name: "light", width: 1280, scheme: "light" }, { name: "dark", width: 1280, scheme: "dark" },
  { name: "phone", width: 390, scheme: "light", mobile: true }, { name: "phone-dark", width: 390, scheme: "dark", mobile: true },
];

async function look(browser, scene) {
  for (const v of VIEWS) {
    const page = await browser.newPage();
    const wrong = [];
    page.on("pageerror", e => wrong.push(e.message));
    await page.setBypassCSP(true);
    await page.setViewport({ width: v.width, height: 900, isMobile: !!v.mobile, hasTouch: !!v.mobile });
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: v.scheme }]);
    await page.goto("file://" + to + "/" + scene + ".html", { waitUntil: "load" });
    await page.screenshot({ path: `${to}/${scene}-${v.name}.png`, clip: { x: 0, y: 0, width: v.width, height: v.mobile ? 2600 : 3000 } });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    that(wide <= 0, `${scene} ${v.name}: scrolls ${wide} pixels sideways`);
    // What is folded is looked at as well.
    await page.evaluate(() => document.querySelectorAll("details").forEach((d, i) => { d.open = i < 20; }));
    const found = await violations(page);
    that(found.length === 0, `${scene} ${v.name}: axe-core: ${found.join("; ")}`);
    that(wrong.length === 0, `${scene} ${v.name}: script: ${wrong}`);
    await page.close();
  }
}

function textOf(pdf, number) {
  return execFileSync("pdftotext", ["-layout", "-f", String(number), "-l", String(number), pdf, "-"], { encoding: "utf8" });
}

// Two pages: the case and what was looked at; every finding on a line. Then the evidence.
async function paper(browser, scene, format) {
  const page = await browser.newPage(), pdf = `${to}/${scene}-${format}.pdf`;
  await page.goto("file://" + to + "/" + scene + ".html", { waitUntil: "load" });
  const rows = await page.evaluate(() => Array.from(document.querySelectorAll("#open tbody tr"), r => r.querySelector("code").textContent));
  await page.pdf({ path: pdf, format, preferCSSPageSize: false, printBackground: false });
  const first = textOf(pdf, 1), second = textOf(pdf, 2), third = textOf(pdf, 3);
  const lines = second.split("\n").filter(l => /^ *(critical|high|medium|low|info) /.test(l)).length;
  that(rows.length > 60 && lines === rows.length, `${scene} ${format}: ${lines} of ${rows.length} findings on page 2`);
  that(/Do this first/.test(first) && /What was looked at/.test(first) && /endpoints a second/.test(first),
       `${scene} ${format}: page 1 does not hold the case and the run`);
  that(/^\s*What is in it/.test(third), `${scene} ${format}: page 3 begins with ${JSON.stringify(third.trim().slice(0, 40))}`);
  that(/ 1 of \d+/.test(first) && / 2 of \d+/.test(second), `${scene} ${format}: no page numbers`);
  await page.close();
}

const html = text => text.replace(/&/g, "&amp;").replace(/</g, "&lt;");

async function terminal(browser, scene, columns) {
  const text = fs.readFileSync(`${to}/${scene}-${columns}.txt`, "utf8");
  const lines = text.split("\n").filter(l => [...l].length > columns && !/^ {4}/.test(l));
  that(lines.length === 0, `${scene} at ${columns} columns: ${lines.length} lines are wider: ${JSON.stringify(lines[0])}`);
  const page = await browser.newPage();
  await page.setViewport({ width: Math.max(500, columns * 8 + 20), height: 900 });
  await page.setContent(`<pre style="font:13px/1.3 monospace;margin:8px">${html(text.split("\n").slice(0, 55).join("\n"))}</pre>`);
  await page.screenshot({ path: `${to}/${scene}-${columns}.png` });
  await page.close();
}

(async () => {
  const browser = await puppeteer.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", timeout: 120000,
    protocolTimeout: 600000, args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"] });
  try {
    await look(browser, "certs");
    for (const scene of ["story", "empty", "hostile"]) {
      await look(browser, scene);
      for (const columns of [40, 80, 200]) await terminal(browser, scene, columns);
    }
    await paper(browser, "story", "A4");
    await paper(browser, "story", "Letter");
  } finally {
    await browser.close();
  }
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(failed ? 1 : 0);
})().catch(e => { console.log("not ok " + e.stack + `\n${passed} passed, ${failed + 1} failed`); process.exit(1); });
