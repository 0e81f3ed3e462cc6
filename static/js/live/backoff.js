// How long to wait before the next try: any time up to a bound that doubles with each failure and
// ends at 15 seconds. So a thousand pages that lost their server together do not come back together.

const FIRST = 1000;
const MOST = 15000;

export function pause(failures, chance = Math.random) {
  return chance() * Math.min(FIRST * 2 ** failures, MOST);
}
