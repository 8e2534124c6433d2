// Loaded into Azurite before it starts: it tells the port it got, and it ends with whoever started it.
import { subscribe } from "node:diagnostics_channel";

subscribe("tracing:net.server.listen:asyncEnd", ({ server }) => console.log(`port=${server.address().port}`));

// The pipe closes when the parent asks, and also when the parent is killed. Azurite saves its data on SIGINT;
// nobody listens for it yet while Azurite is still starting.
process.stdin.on("end", () => process.emit("SIGINT") || process.exit()).resume();
