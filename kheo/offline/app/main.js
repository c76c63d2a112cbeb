// The app on the phone.
import * as engine from './engine/index.js';

engine.open();
