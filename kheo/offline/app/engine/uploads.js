/** One photo to the office, by tus, going on at the byte where it broke off; runs in a page and in the worker. */
import Upload from "tus-js-client/lib/upload.js";
import { API, bearer, refusal } from "./server.js";
import { NoSignal, Refused } from "./refusals.js";

// A break costs at most the piece under way.
const PIECE = 256 * 1024;
const SECONDS = 120;

/** Requests by fetch: a service worker has no XMLHttpRequest, which tus-js-client brings. */
class Request {
  constructor(method, url) {
    Object.assign(this, { method, url, headers: {}, stop: new AbortController() });
  }
  getMethod() {
    return this.method;
  }
  getURL() {
    return this.url;
  }
  setHeader(name, value) {
    this.headers[name] = value;
  }
  getHeader(name) {
    return this.headers[name];
  }
  setProgressHandler() {
    // Told after each piece.
  }
  async send(body = null) {
    const response = await fetch(this.url, {
      method: this.method, headers: this.headers, body, credentials: "omit", cache: "no-store", redirect: "error",
      signal: AbortSignal.any([this.stop.signal, AbortSignal.timeout(SECONDS * 1000)]),
    });
    const text = await response.text();
    return {
      getStatus: () => response.status,
      getHeader: (name) => response.headers.get(name),
      getBody: () => text,
      getUnderlyingObject: () => response,
    };
  }
  async abort() {
    this.stop.abort();
  }
  getUnderlyingObject() {
    return null;
  }
}

const pieces = {
  openFile: async (blob) => ({
    size: blob.size,
    slice: async (start, end) => ({ value: blob.slice(start, end), done: end >= blob.size }),
    close() {},
  }),
};

/**
 * Sends what is missing of a photo. Raises NoSignal (try again) or Refused (it will not be taken).
 * @param {{id: string, sha256: string, name: string, blob: Blob, url: string|null}} photo
 * @param {{phone: string, key: string}} phone
 * @param {(url: string) => Promise<void>} remember called with the address under which it can go on
 * @param {(bytes: number) => void} progress
 */
export function upload(photo, phone, remember, progress) {
  return new Promise((resolve, reject) => {
    let kept = Promise.resolve();
    const way = new Upload(photo.blob, {
      ...Upload.defaultOptions,
      endpoint: new URL(`${API}photos`, location.href).href,
      uploadUrl: photo.url,
      headers: { ...bearer(phone), Accept: "application/json" },
      metadata: { sha256: photo.sha256, envelope: photo.id, name: photo.name },
      chunkSize: PIECE,
      uploadDataDuringCreation: true,
      // The outbox decides when to try again, and remembers the address.
      retryDelays: null,
      storeFingerprintForResuming: false,
      fingerprint: async () => null,
      httpStack: { createRequest: (method, url) => new Request(method, url), getName: () => "fetch" },
      fileReader: pieces,
      onUploadUrlAvailable: () => (kept = remember(way.url)),
      onChunkComplete: (size, done) => progress(done),
      onSuccess: () => kept.then(resolve, reject),
      onError: (error) => reject(why(error)),
    });
    way.start();
  });
}

/** 409, 423 and 460 pass: another request still runs, or the upload begins anew. */
function why(error) {
  const answer = error.originalResponse;
  const status = answer?.getStatus() ?? 0;
  if (!status || status < 400 || [409, 423, 460].includes(status)) return new NoSignal(error);
  let told = null;
  try {
    told = JSON.parse(answer.getBody());
  } catch {
    // Some server before ours answered.
  }
  const found = refusal(told, status);
  return found instanceof Refused && !told?.refused ? new NoSignal(error) : found;
}
