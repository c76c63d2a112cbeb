/** What can be said about a draft on the phone already; the server's form says the rest. */
import { t } from "../words.js";

export const AMOUNTS = new Set(["number", "money", "area", "workdays", "length", "count"]);
const WORDS = new Set(["text", "textarea"]);
const DATE = /^\s*(\d{1,2})\s*[/.-]\s*(\d{1,2})\s*[/.-]\s*(\d{4}|\d\d)\s*$/;

/** "5/7/2026", "05-07-2026", "5.7.26" or "2026-07-05" as "2026-07-05"; null when it is no day. @param {string} text */
export function isoDay(text) {
  const iso = /^\s*(\d{4})-(\d\d)-(\d\d)\s*$/.exec(text);
  const parts = iso ? [iso[3], iso[2], iso[1]] : DATE.exec(text)?.slice(1);
  if (!parts) return null;
  const [date, month] = [Number(parts[0]), Number(parts[1])];
  const year = parts[2].length === 2 ? 2000 + Number(parts[2]) : Number(parts[2]);
  const found = new Date(Date.UTC(year, month - 1, date));
  if (found.getUTCMonth() !== month - 1 || found.getUTCDate() !== date || year < 1930 || year > 2100) return null;
  return found.toISOString().slice(0, 10);
}

/** The values a form starts with, and what was typed over them. @param {any} form @param {any} data */
export function valuesOf(form, data) {
  const values = {};
  for (const field of form?.fields ?? []) {
    const first = field.initial;
    values[field.name] = data?.[field.name] ?? (first === null || first === undefined ? "" : first);
  }
  return { ...values, ...data };
}

/** Whether the field is asked with these values. @param {any} field @param {any} values */
export function asked(field, values) {
  return Object.entries(field.when ?? {}).every(([name, wanted]) => wanted.map(String).includes(String(values[name] ?? "")));
}

/**
 * Sentences by field for what is plainly missing or cannot be read.
 * @param {any} form @param {any} data @param {any[]} photos
 * @returns {Object<string, string[]>}
 */
export function wrongIn(form, data, photos) {
  const wrong = {};
  const values = valuesOf(form, data);
  for (const field of form?.fields ?? []) {
    if (field.kind === "hidden" || field.disabled || !asked(field, values)) continue;
    const value = values[field.name];
    const text = typeof value === "string" ? value.trim() : value;
    const empty = field.kind === "photos" ? !photos?.length : text === "" || text === false || text === undefined || text?.length === 0;
    if (empty) {
      if (field.required) wrong[field.name] = [t(field.options ? "wrong.choose" : "wrong.empty")];
    } else if (field.kind === "date" && !isoDay(String(text))) {
      wrong[field.name] = [t("wrong.date")];
    } else if (WORDS.has(field.kind) && field.max && text.length > field.max) {
      wrong[field.name] = [t("wrong.long", { most: field.max, n: text.length })];
    } else if (AMOUNTS.has(field.kind) && !/\d/.test(String(text))) {
      wrong[field.name] = [t("wrong.number", { example: field.example || "1.250" })];
    }
  }
  const missing = form?.either?.ways.map((way) => way.filter((name) => !values[name]));
  if (missing?.every((names) => names.length)) wrong[missing.at(-1)[0]] ??= [form.either.sentence];
  return wrong;
}
