// Keeps the screen on.

let isWanted = false;
let lock: WakeLockSentinel | null = null;

export function stayAwake(wanted: boolean): void {
  isWanted = wanted;
  if (!("wakeLock" in navigator)) return;
  if (wanted) navigator.wakeLock.request("screen").then(keep, ignore);
  else letGo();
}

function keep(given: WakeLockSentinel): void {
  lock = given;
  if (!isWanted) letGo();
}

function letGo(): void {
  lock?.release().catch(ignore);
  lock = null;
}

// A low battery refuses it; the check runs all the same.
function ignore(): void {}
