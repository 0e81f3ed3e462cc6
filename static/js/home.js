// The home page, live: a push says only that something has changed, and the page asks for its own
// sections (see live/sections.js). The count of open duties stands in the title of the tab.
// <main data-work="/ws/mine/" data-poll="/mine/live/" data-sections="/"> with
// <div id="home-state" data-mark="…" data-count="3" data-moment="2026-03-05T14:10:01+00:00"> in it.

import { Announcer } from "./live/announcer.js";
import { Connection } from "./live/connection.js";
import { TimedRefresh } from "./live/timed_refresh.js";
import { Sections } from "./live/sections.js";
import { ConnectionBanner } from "./live/connection_banner.js";

const STATE = "#home-state";

const main = document.querySelector("main[data-work]");

if (main) {
  const announcer = new Announcer();
  const standing = new ConnectionBanner(main, announcer, () => null);
  let { mark, count } = main.querySelector(STATE).dataset;

  const sections = new Sections(main.dataset, (page) => {
    const state = page.querySelector(STATE)?.dataset;
    if (!state) return;
    mark = state.mark;
    tell(state.count);
    moments.next(state.moment ? { at: state.moment } : null);
  });

  // The page as a whole may have to wait until it is not in use; its title never does.
  function tell(open) {
    if (open === count) return;
    count = open;
    const name = document.title.replace(/^\(\d+\) /, "");
    document.title = Number(open) ? `(${open}) ${name}` : name;
    announcer.politely(Number(open) ? `${open} open in My work` : "Nothing waits for you");
  }

  const connection = new Connection(
    {
      socket: main.dataset.work,
      poll: main.dataset.poll,
      shut: "You are not a responder any more.",
    },
    () => mark,
    {
      duties: () => {
        sections.changed();
        document.dispatchEvent(new CustomEvent("warroom:duties"));
      },
      bye: (message) => standing.bye(message.reason),
    },
    (state) => standing.show(state),
  );
  const moments = new TimedRefresh(main.querySelector(STATE), () => sections.look(), () => {});
  standing.whenAsked(() => connection.now());
  connection.start();
}
