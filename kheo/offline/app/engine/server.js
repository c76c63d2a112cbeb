/** Asking the office's server, with the phone's own key or, once, with the sign-in of the web. */
import { meta } from "./store.js";
import { NoSignal, Refused, ServerTrouble } from "./refusals.js";

export const API = "/thuc-dia/api/v1/";
const SECONDS = 60;

/** The header that says which phone asks. @param {{phone: string, key: string}} phone */
export const bearer = (phone) => ({ Authorization: `Kheo ${phone.phone}.${phone.key}` });

/**
 * Sends JSON with the phone's key; answers JSON. Raises Refused or NoSignal.
 * @param {string} path below API
 * @param {any} [body] none: GET
 * @param {{phone: string, key: string}} [as] another key than the one kept
 */
export async function ask(path, body, as) {
  const phone = as ?? (await meta("phone"));
  if (!phone) throw new Refused("sign_in_again", "", 401);
  return send(path, body, { headers: bearer(phone), credentials: "omit" });
}

/** The same with the session of the web pages. */
export async function askSignedIn(path, body) {
  return send(path, body, { headers: { "X-CSRFToken": await token() }, credentials: "same-origin" });
}

async function send(path, body, { headers, credentials }) {
  let response;
  try {
    response = await fetch(API + path, {
      method: body === undefined ? "GET" : "POST",
      headers: { Accept: "application/json", ...(body === undefined ? {} : { "Content-Type": "application/json" }), ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials,
      cache: "no-store",
      redirect: "error",
      signal: AbortSignal.timeout(SECONDS * 1000),
    });
    // What stands before the server answers in words of its own when the server is down.
    if (response.status >= 500) throw refusal(await response.json().catch(() => null), response.status);
    const answer = await response.json();
    if (response.ok) return answer;
    throw refusal(answer, response.status);
  } catch (error) {
    if (error instanceof Refused || error instanceof NoSignal) throw error;
    throw new NoSignal(error);
  }
}

/** @param {any} answer @param {number} status */
export function refusal(answer, status) {
  const { refused } = answer ?? {};
  // A server that stumbles or is busy says nothing about what was sent.
  if (status >= 500 || status === 429 || status === 408) return new ServerTrouble(new Error(`HTTP ${status}`), refused?.sentence);
  if (typeof refused === "string") return new Refused(status === 401 ? "sign_in" : "refused", refused, status);
  return new Refused(refused?.code ?? "refused", refused?.sentence ?? "", status);
}

async function token() {
  const found = () => globalThis.document?.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? "";
  // The page that opens without signal may be older than the cookie; a page from the server brings it.
  if (!found()) await fetch("/thuc-dia/?cookie", { cache: "no-store" }).catch(() => {});
  return found();
}
