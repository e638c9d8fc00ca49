// oidc-provider on a free port of 127.0.0.1, for tests: prints the port. People sign in with any name and password; what
// is said of them is in PEOPLE. POST /-/rotate gives it new keys, POST /-/people replaces what is known of people.
import { generateKeyPairSync, randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { Provider } from "oidc-provider";

let people = {};
let handle;

const server = createServer((request, response) => {
  if (!request.url.startsWith("/-/")) return handle(request, response);
  let body = "";
  request.on("data", (part) => (body += part));
  request.on("end", () => {
    if (request.url === "/-/rotate") start();
    else people = JSON.parse(body);
    response.end("ok");
  });
});

function start() {
  const jwk = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ format: "jwk" });
  const provider = new Provider(`http://127.0.0.1:${server.address().port}`, {
    clients: [
      { client_id: "viva", client_secret: "a secret: with/signs+ and %", redirect_uris: ["http://viva.test/sso/callback"] },
      { client_id: "public", token_endpoint_auth_method: "none", redirect_uris: ["http://viva.test/sso/callback"] },
    ],
    claims: { email: ["email", "email_verified"], profile: ["name"] },
    cookies: { keys: ["test"] },
    findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id, ...people[id] }) }),
    jwks: { keys: [{ ...jwk, kid: randomUUID(), use: "sig", alg: "RS256" }] },
    pkce: { required: () => true },
  });
  handle = provider.callback();
}

server.listen(0, "127.0.0.1", () => {
  start();
  console.log(`port ${server.address().port}`);
});
