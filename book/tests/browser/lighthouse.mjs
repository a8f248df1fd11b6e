// 브라우저 하나로 여러 쪽을 Lighthouse로 잽니다. 쪽마다 node와 브라우저를 새로 띄우면
// 재는 시간의 절반이 띄우는 데에 갑니다.
//     node lighthouse.mjs node_modules의-자리 주소… → 보고서들의 JSON
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [tools, flags, ...addresses] = process.argv.slice(2);
const find = createRequire(join(tools, "lighthouse", "package.json"));
const load = name => import(pathToFileURL(find.resolve(name)));
const core = join(tools, "lighthouse", "core", "index.js");
const { default: lighthouse } = await load(core);
const { launch } = await load("chrome-launcher");

const settings = {
  onlyCategories: ["accessibility", "best-practices", "seo"],
  // 느린 망을 흉내 내는 것은 빠르기를 잴 때의 일이고, 화면 그림은 쓰지 않습니다.
  throttlingMethod: "provided",
  disableFullPageScreenshot: true,
};
const chrome = await launch({ chromeFlags: flags.split(" ") });
const reports = [];
try {
  for (const address of addresses) {
    const how = { port: chrome.port, logLevel: "error" };
    const config = { extends: "lighthouse:default", settings };
    const { lhr } = await lighthouse(address, how, config);
    const { categories, audits, runtimeError } = lhr;
    reports.push({ categories, audits, runtimeError });
  }
} finally {
  await chrome.kill();
}
process.stdout.write(JSON.stringify(reports));
