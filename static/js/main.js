// One entry for every page; each module finds what it works on, or does nothing.
import { startClocks } from "./clocks.js";
import { startCopying } from "./copy.js";
import { startCorrecting } from "./correct.js";
import { startDeciding } from "./decide.js";
import { startDrafts } from "./draft.js";
import { startLocalDrafts } from "./local_drafts.js";
import { startKeys } from "./keys.js";
import { startNotifying } from "./notify.js";
import { startPalette } from "./palette.js";
import { startPages } from "./pages.js";
import { startTimeSlider } from "./time_slider.js";
import { startSubmitting } from "./submit.js";
import { startComposer } from "./composer.js";

startClocks();
startCopying();
startCorrecting();
startKeys();
startSubmitting();
startLocalDrafts();
startDrafts();
startDeciding();
startComposer();
startPages();
startPalette();
startNotifying();
startTimeSlider();

// It starts itself, and only a live page pays for it.
if (document.querySelector("[data-live]")) await import("./live.js");
if (document.querySelector("[data-work]")) await import("./home.js");
