// The service worker of the app: what opens without signal, and what is sent while the app is closed.
import * as engine from './engine/index.js';

self.addEventListener('sync', (event) => event.waitUntil(engine.sync()));
