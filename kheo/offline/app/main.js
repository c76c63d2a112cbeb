// The app on the phone.
import { start } from "./face/app.js";

start();
