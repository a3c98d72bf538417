// Times and lengths of time, in the language of the page and the branch's own time zone.

import { isChinese } from "./language.ts";

let timeZone: string | undefined;

// zone: such as `Asia/Shanghai`; one that the browser does not know is the tablet's own.
export function useTimeZone(zone: string): void {
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    timeZone = zone;
  } catch {
    timeZone = undefined;
  }
}

const locale = (): string => (isChinese() ? "zh-CN" : "en-GB");

export function clockTime(ms: number): string {
  const options: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit" };
  if (timeZone) options.timeZone = timeZone;
  return new Intl.DateTimeFormat(locale(), options).format(ms);
}

// To the second, for what is compared with a recording.
export function exactTime(ms: number): string {
  const options: Intl.DateTimeFormatOptions = { timeStyle: "medium" };
  if (timeZone) options.timeZone = timeZone;
  return new Intl.DateTimeFormat(locale(), options).format(ms);
}

// Counting up or down: `0:42`, `12:05`, `1:02:09`.
export function counted(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000));
  const minutes = Math.floor(s / 60);
  const seconds = String(s % 60).padStart(2, "0");
  if (minutes < 60) return `${minutes}:${seconds}`;
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}:${seconds}`;
}

// For words and screen readers: `42 s`, `12 min`.
export function roughly(ms: number): string {
  const s = Math.max(0, Math.round(ms / 1000));
  if (s < 60) return isChinese() ? `${s} 秒` : `${s} s`;
  const minutes = Math.round(s / 60);
  if (minutes < 120) return isChinese() ? `${minutes} 分钟` : `${minutes} min`;
  const hours = (minutes / 60).toFixed(1);
  return isChinese() ? `${hours} 小时` : `${hours} h`;
}

// A day and a time; the day is left out for today.
export function moment(ms: number): string {
  const day: Intl.DateTimeFormatOptions = { month: "short", day: "numeric" };
  if (timeZone) day.timeZone = timeZone;
  const format = new Intl.DateTimeFormat(locale(), day);
  const isToday = format.format(ms) === format.format(Date.now());
  return isToday ? clockTime(ms) : `${format.format(ms)} ${clockTime(ms)}`;
}

// `1.4 MB`.
export function bytes(count: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let rest = count;
  let at = 0;
  for (; rest >= 1000 && at < units.length - 1; at += 1) rest /= 1000;
  return `${at ? rest.toFixed(1) : rest} ${units[at]}`;
}
