/** The house's line icons, as far as the phone shows them. */
import { html } from "./html.js";

const PATHS = {
  home: "M4 11.5 12 5l8 6.5M6 10v9h12v-9M10 19v-5h4v5",
  initiative: "M12 20v-8M12 12c-4 .3-6.5-2-7-6 4-.3 6.5 2 7 6Zm0 3c3.5.3 6-1.5 6.5-5.5-3.8-.3-6.2 1.5-6.5 5.5Z",
  send: "m4 12 16-7-6 15-3-6-7-2Zm7 2 9-9",
  phone: "M8 3.5h8A1.5 1.5 0 0 1 17.5 5v14a1.5 1.5 0 0 1-1.5 1.5H8A1.5 1.5 0 0 1 6.5 19V5A1.5 1.5 0 0 1 8 3.5Zm2.5 14h3",
  camera: "M4 8h4l1.5-2.5h5L16 8h4v11H4V8Zm8 8.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6Z",
  picture: "M4 5h16v14H4V5Zm0 11 4.5-4.5 3.5 3.5 3-3 5 4.5M15 9.5h.01",
  report: "M5 4h14v16H5V4Zm4 11v2M12 11v6M15 13v4M9 7.5h6",
  plan: "M5 6h14v14H5V6Zm0 4h14M9 3.5V8M15 3.5V8M8.5 14l2 2 4.5-4",
  place: "M12 20.5s-6.5-5.500-6.5-10.500a6.5 6.5 0 0 1 13 0c0 5-6.5 10.500-6.5 10.500Zm0-8a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Z",
  plus: "M12 5v14M5 12h14",
  back: "m14.5 5-7 7 7 7",
  next: "m9.5 5 7 7-7 7",
  close: "m6 6 12 12M18 6 6 18",
  search: "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13Zm5-1.5L20 20",
  refresh: "M19 6v4.5h-4.5M5 18v-4.5h4.5M6.5 9.5A6 6 0 0 1 17.800 8l1.200 2.5M17.5 14.5A6 6 0 0 1 6.200 16L5 13.5",
};

/** @param {{name: string}} props */
export const Icon = ({ name }) => html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d=${PATHS[name]} /></svg>`;

export const Mark = () => html`<svg width="26" height="26" viewBox="0 0 32 32" aria-hidden="true" focusable="false"><path class="wordmark__leaf" d="M16 29C6.5 27.200 2.400 20.600 3 12.600c6.400.3 11.300 5.100 13 16.400Zm0 0c9.5-1.800 13.600-8.400 13-16.400-6.400.3-11.300 5.100-13 16.400Z" /><path class="wordmark__bud" d="M16 25.5c-5.600-5.200-6.700-14 0-22.5 6.700 8.5 5.600 17.300 0 22.5Z" /></svg>`;
