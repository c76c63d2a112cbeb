/**
 * In which commune this phone is. The borders came with the pack and are compared here: where one stands leaves
 * this file only as the names of communes; it is never kept, never sent, never written anywhere.
 */
import inside from "point-in-polygon-hao";
import { feature } from "topojson-client";
import { number } from "../words.js";
import { refreshPack } from "./pack.js";
import { refuse } from "./refusals.js";
import { snapshot } from "./state.js";
import { database } from "./store.js";

// As long as a phone that was off for days takes to find itself under open sky.
const SECONDS = 60;
// Metres: beyond this a fix tells nothing between communes some ten kilometres wide; within the other a better fix
// would tell no more than the borders can.
const COARSE = 5_000;
const GOOD = 50;
const METRES_A_DEGREE = 111_000;
// On the circle in which one surely is, so many points are looked at, and its middle.
const AROUND = 16;

/**
 * The communes in which this phone may be, the likeliest first; one, where no border is near; none, outside all.
 * Rejects with a sentence where it cannot be told, and with an AbortError when `signal` ends the search.
 * @param {{signal?: AbortSignal, seconds?: number}} [how]
 * @returns {Promise<{communes: {id: string, name: string}[], metres: number}>}
 */
export async function whereAmI({ signal, seconds = SECONDS } = {}) {
  if (!navigator.geolocation) throw refuse("position_unable");
  const borders = await known();
  signal?.throwIfAborted();
  return watched(borders, signal, seconds);
}

/** The borders, fetched with the pack if they have not come yet. */
async function known() {
  const kept = async () => (await (await database()).get("pack", "borders"))?.content;
  if (!(await kept()) && snapshot().online) await refreshPack();
  const borders = await kept();
  if (!borders) throw refuse("position_no_borders");
  const topology = JSON.parse(borders.topology);
  return { unsure: borders.unsure, communes: feature(topology, topology.objects.communes).features };
}

/** Looks until one commune is sure, or nothing more is to be learnt, or the time is over. */
function watched(borders, signal, seconds) {
  const { geolocation } = navigator;
  return new Promise((resolve, reject) => {
    let best = null;
    let coarse = 0;
    let watch = null;
    const end = (act, value) => {
      clearTimeout(timer);
      if (watch !== null) geolocation.clearWatch(watch);
      act(value);
    };
    const give = () => {
      if (best) end(resolve, best);
      else if (coarse) end(reject, refuse("position_coarse", { km: number(coarse / 1000) }));
      else end(reject, refuse("position_none"));
    };
    const timer = setTimeout(give, seconds * 1000);
    signal?.addEventListener("abort", () => end(reject, signal.reason), { once: true });
    const seen = ({ coords: { longitude, latitude, accuracy } }) => {
      if (accuracy > COARSE) {
        coarse = coarse ? Math.min(coarse, accuracy) : accuracy;
        return;
      }
      if (best && accuracy >= best.metres) return;
      best = { communes: around(borders, longitude, latitude, accuracy), metres: accuracy };
      if (best.communes.length === 1 || accuracy <= GOOD) end(resolve, best);
    };
    const failed = ({ code }) => (code === 1 ? end(reject, refuse("position_denied")) : give());
    watch = geolocation.watchPosition(seen, failed, { enableHighAccuracy: true, maximumAge: 0, timeout: seconds * 1000 });
  });
}

/** The communes that the circle touches in which one is: of the fix's own size, and of what borders may be off by. */
function around({ unsure, communes }, longitude, latitude, accuracy) {
  const north = (accuracy + unsure) / METRES_A_DEGREE;
  const east = north / Math.cos((latitude * Math.PI) / 180);
  const points = [[longitude, latitude]];
  for (let n = 0; n < AROUND; n++) {
    const turn = (2 * Math.PI * n) / AROUND;
    points.push([longitude + east * Math.cos(turn), latitude + north * Math.sin(turn)]);
  }
  return communes
    .map((commune) => ({ commune, weight: points.filter((point) => holds(commune.geometry, point)).length }))
    .filter(({ weight }) => weight)
    .sort((a, b) => b.weight - a.weight)
    .map(({ commune }) => ({ id: String(commune.id), name: commune.properties.name }));
}

function holds({ type, coordinates }, point) {
  // On the line itself the library answers 0: it belongs to both sides.
  return (type === "Polygon" ? [coordinates] : coordinates).some((polygon) => inside(point, polygon) !== false);
}
