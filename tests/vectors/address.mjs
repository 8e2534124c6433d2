// How an add-in writes an address before it hashes it; the server does the same in `normalise_address`.
// Answers null for what is no address.

const WHITESPACE_CONTROL_OR_HALF_A_CHARACTER = /[\s\p{Cc}\p{Cs}]/u;
const LONGEST = 320;

export function normaliseAddress(raw) {
  const address = raw.trim().normalize("NFC").toLowerCase();
  const at = address.indexOf("@");
  const local = address.slice(0, at);
  const domain = address.slice(at + 1);
  if (at < 1 || !domain || domain.includes("@") || [...address].length > LONGEST) return null;
  if (WHITESPACE_CONTROL_OR_HALF_A_CHARACTER.test(address)) return null;
  return `${local}@${encodeDomain(domain)}`;
}

function encodeDomain(domain) {
  try {
    return new URL(`http://${domain}`).hostname;
  } catch {
    return domain;
  }
}
