// Unpacks what the package brings: node unpack.mjs FOLDER makes FOLDER/chromium and the libraries beside it.
import { createReadStream, createWriteStream, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { pipeline } from "node:stream/promises";
import { createBrotliDecompress } from "node:zlib";

const folder = process.argv[2];
const tar = createRequire(`${folder}/package.json`)("tar-fs");
const packed = (name) => createReadStream(`${folder}/node_modules/@sparticuz/chromium/bin/${name}`);

await pipeline(packed("chromium.br"), createBrotliDecompress(), createWriteStream(`${folder}/chromium`, { mode: 0o755 }));
for (const name of ["al2023", "swiftshader"]) {
  mkdirSync(`${folder}/${name}`, { recursive: true });
  await pipeline(packed(`${name}.tar.br`), createBrotliDecompress(), tar.extract(`${folder}/${name}`));
}
