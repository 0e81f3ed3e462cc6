// The room, live: entries, panels and duties as the server pushes them, without a reload.
// <main data-live="/ws/INC-42/" data-poll="/INC-42/live/" data-seq="62" data-next="/INC-42/next/"
//   data-moment="2026-03-05T14:10:01+00:00">
// A lane's page hears the same, and asks for its own sections (see live/sections.js).

import { Connection } from "./live/connection.js";
import { Announcer } from "./live/announcer.js";
import { Duties } from "./live/duties.js";
import { TimedRefresh } from "./live/timed_refresh.js";
import { Panels } from "./live/panels.js";
import { Presence } from "./live/presence.js";
import { startParts } from "./live/parts.js";
import { Sections } from "./live/sections.js";
import { StandingTabs } from "./live/standing.js";
import { ConnectionBanner } from "./live/connection_banner.js";
import { Timeline } from "./live/timeline.js";

const main = document.querySelector("main[data-live]");

if (main) {
  const announcer = new Announcer();
  const changed = () => [duties, tabs].forEach((block) => block.changed());
  const timeline = new Timeline(Number(main.dataset.seq), announcer);
  const panels = new Panels();
  const duties = new Duties(() => main.dataset.next);
  const tabs = new StandingTabs();
  const presence = new Presence();
  const sections = new Sections(main.dataset);
  const standing = new ConnectionBanner(main, announcer, () => timeline.seq);

  const connection = new Connection(
    { socket: main.dataset.live, poll: main.dataset.poll, place: main.dataset.place },
    () => timeline.seq,
    {
      entries: (message) => {
        if (!timeline.follows(message)) return connection.catchUp();
        timeline.add(message.entries);
        sections.heard(message.entries);
      },
      panels: (message) => {
        panels.show(message.panels);
        tabs.compare();
        moments.next(message.moment);
      },
      duties: () => changed(),
      presence: (message) => presence.show(message.html),
      reload: () => standing.reload(),
      bye: (message) => standing.bye(message.reason),
    },
    (state) => {
      standing.show(state);
      presence.stand(state.name);
    },
  );
  const moments = new TimedRefresh(main, () => connection.catchUp("look"), () => changed());
  standing.whenAsked(() => connection.now());
  connection.start();
  startParts();
}
