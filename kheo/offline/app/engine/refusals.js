/** Why something could not be done, each with a `sentence` for the person. */
import { t } from "../words.js";

/** The office's server said no. `code` is for programs, `status` the HTTP one. */
export class Refused extends Error {
  constructor(code, sentence, status = 0) {
    super(code);
    Object.assign(this, { name: "Refused", code, sentence, status });
  }
}

/** What the phone itself must refuse. @param {string} key of its sentence */
export function refuse(key, values) {
  return new Refused(key, t(`engine.${key}`, values));
}

/** No room on the phone for a "text" or a "photo". */
export class StorageFull extends Error {
  constructor(what) {
    super(`storage full: ${what}`);
    Object.assign(this, { name: "StorageFull", what, sentence: t(`engine.full_${what}`) });
  }
}

/** The server could not be reached, or answered as no server of ours does. Trying again later may help. */
export class NoSignal extends Error {
  constructor(cause) {
    super("no signal", { cause });
    Object.assign(this, { name: "NoSignal", sentence: t("engine.no_signal") });
  }
}

/** The office's server was reached and stumbles, or has too much to do: tried again as after a lost signal. */
export class ServerTrouble extends NoSignal {
  constructor(cause, sentence) {
    super(cause);
    Object.assign(this, { name: "ServerTrouble", sentence: sentence || t("engine.server_trouble") });
  }
}
