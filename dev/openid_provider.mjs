// A certified OpenID provider where Entra would be, so that sign-in and our own stand-in are not wrong together.
// Told on stdin what to be; it ends with whoever started it. https://github.com/panva/node-oidc-provider
import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:https";
import { createInterface } from "node:readline";
import Provider from "oidc-provider";

const lines = createInterface({ input: process.stdin });
lines.once("line", (line) => start(JSON.parse(line)));
lines.once("close", () => process.exit());

function start({ tenant, client, person, certificate, key }) {
  const server = createServer({ cert: certificate, key });
  server.listen(0, "localhost", () => {
    const base = `https://localhost:${server.address().port}`;
    server.on("request", serving(base, tenant, client, person));
    console.log(base);
  });
}

function serving(base, tenant, client, person) {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const named = { kid: "only", alg: "RS256", use: "sig" };
  const mounted = `/${tenant}/v2.0`;
  const provider = new Provider(base + mounted, {
    clients: [{ ...client, token_endpoint_auth_method: "client_secret_post" }],
    claims: { openid: ["sub", "oid", "tid", "wids", "nbf"], profile: ["name", "preferred_username"] },
    conformIdTokenClaims: false,
    findAccount: (_, accountId) => ({ accountId, claims: () => ({ sub: accountId, ...person }) }),
    jwks: { keys: [{ ...privateKey.export({ format: "jwk" }), ...named }] },
    pkce: { required: () => true },
    scopes: ["openid", "profile", "User.Read"],
  });
  const provided = provider.callback();
  // Entra says of each key whose it is, and keeps its keys beside the tenant.
  const keys = { keys: [{ ...publicKey.export({ format: "jwk" }), ...named, issuer: `${base}/{tenantid}/v2.0` }] };
  return (request, response) => {
    if (request.url === `/${tenant}/discovery/v2.0/keys`) {
      response.end(JSON.stringify(keys));
      return;
    }
    request.originalUrl = request.url;
    request.baseUrl = mounted;
    request.url = request.url.startsWith(mounted) ? request.url.slice(mounted.length) : request.url;
    provided(request, response);
  };
}
