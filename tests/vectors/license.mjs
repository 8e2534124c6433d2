// How an add-in holds a license against the published keys, the clock and its own mailbox, with WebCrypto alone.
// Answers the license's code, or null for what is no license of ours for this mailbox at this time.

import { normaliseAddress } from "./address.mjs";

const ES256 = { name: "ECDSA", hash: "SHA-256" };

const bytesOf = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const jsonOf = (part) => JSON.parse(new TextDecoder().decode(bytesOf(part)));

export async function bind({ salt, address }) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(salt + address));
  return btoa(String.fromCharCode(...new Uint8Array(digest))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");
}

export async function verify({ token, keys, now, issuer, audience, mailbox }) {
  try {
    const [header, payload, signature] = token.split(".");
    const { alg, typ, kid } = jsonOf(header);
    const jwk = keys.find((key) => key.kid === kid);
    if (alg !== "ES256" || typ !== "lic+jwt" || !jwk) return null;
    const key = await crypto.subtle.importKey("jwk", jwk, { ...ES256, namedCurve: "P-256" }, false, ["verify"]);
    const signed = new TextEncoder().encode(`${header}.${payload}`);
    if (!(await crypto.subtle.verify(ES256, key, bytesOf(signature), signed))) return null;
    const { iss, aud, exp, sub, salt, code } = jsonOf(payload);
    const isOurs = iss === issuer && aud === audience && now < exp;
    return isOurs && sub === (await bind({ salt, address: normaliseAddress(mailbox) })) ? code : null;
  } catch {
    return null;
  }
}
