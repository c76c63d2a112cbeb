/** The sentences of the person's language, which the server put into the page, and how days and sizes read. */

const block = globalThis.document?.getElementById("words");
const words = block ? JSON.parse(block.textContent) : {};
export const language = globalThis.document?.documentElement.lang || "vi";

/**
 * The sentence of that key, with {name} replaced from `values`; the key itself where there is none.
 * @param {string} key
 * @param {Object<string, string|number>} [values]
 * @returns {string}
 */
export function t(key, values) {
  const sentence = words[key] ?? key;
  return values ? sentence.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole)) : sentence;
}

/**
 * The sentence for that many: `key.one` or `key.other`, with {n}.
 * @param {string} key
 * @param {number} n
 * @param {Object<string, string|number>} [values]
 */
export function tn(key, n, values) {
  return t(`${key}.${n === 1 ? "one" : "other"}`, { n: number(n), ...values });
}

const locale = language === "vi" ? "vi-VN" : "en-GB";

/** @param {number} value */
export function number(value) {
  return new Intl.NumberFormat(locale, { maximumFractionDigits: 1 }).format(value);
}

/** A size as people say it: "42 KB", "1,3 MB", "10 GB". @param {number} bytes */
export function size(bytes) {
  if (!bytes) return "0 KB";
  if (bytes < 1024 * 1024) return `${number(Math.max(1, Math.round(bytes / 1024)))} KB`;
  if (bytes < 1024 ** 3) return `${number(bytes / 1024 ** 2)} MB`;
  return `${number(bytes / 1024 ** 3)} GB`;
}

/** 23/05/2026, of "2026-05-23" or of a moment. @param {string|Date|null} value */
export function day(value) {
  if (!value) return "";
  if (typeof value === "string" && /^\d{4}-\d\d-\d\d$/.test(value)) return value.split("-").reverse().join("/");
  const date = new Date(value);
  const two = (part) => String(part).padStart(2, "0");
  return `${two(date.getDate())}/${two(date.getMonth() + 1)}/${date.getFullYear()}`;
}

/** "14:05", or "14:05, 23/05/2026" when it was not today. @param {string|Date|null} value */
export function moment(value) {
  if (!value) return "";
  const date = new Date(value);
  const clock = `${String(date.getHours()).padStart(2, "0")}:${String(date.getMinutes()).padStart(2, "0")}`;
  return day(date) === day(new Date()) ? clock : `${clock}, ${day(date)}`;
}

/** How texts are compared by people who leave out the marks. @param {string} text */
export function fold(text) {
  return text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/đ/g, "d").replace(/Đ/g, "D").toLowerCase();
}
