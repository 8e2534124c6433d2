// Runs one function of this folder over each entry of a JSON list on standard input, and prints the answers.

import { normaliseAddress } from "./address.mjs";
import { bind, verify } from "./license.mjs";

let input = "";
for await (const chunk of process.stdin) input += chunk;
const answer = { normaliseAddress, bind, verify }[process.argv[2]];
process.stdout.write(JSON.stringify(await Promise.all(JSON.parse(input).map((entry) => answer(entry)))));
