// The form that staff sign in with, on every page that needs it.

import { isSignedOut, UnreachableError } from "./call.ts";
import { byId } from "./dom.ts";
import { ApiError } from "./failure.ts";
import { isChinese } from "./language.ts";
import { explain } from "./reasons.ts";
import { type Staff, signIn, whoAmI } from "./staff.ts";

const WORDS = {
  en: {
    expired: "Your sign-in has expired. Please sign in again; what you did meanwhile is kept.",
    failed: "Name and password do not belong together.",
    unreachable: "The server cannot be reached. Check the connection.",
    needed: "Enter name and password.",
  },
  zh: {
    expired: "登录已过期，请重新登录；期间的操作已保留。",
    failed: "用户名或密码不正确。",
    unreachable: "无法连接服务器，请检查网络。",
    needed: "请输入用户名和密码。",
  },
};

// How long a page that cannot reach the server waits before it looks again.
const AGAIN_MS = 4_000;

type Line = { code: keyof (typeof WORDS)["en"] } | { error: ApiError } | null;

export class Entry {
  private readonly form = byId<HTMLFormElement>("sign-in");
  private readonly name = byId<HTMLInputElement>("account");
  private readonly password = byId<HTMLInputElement>("password");
  private readonly line = byId("sign-in-line");
  private readonly button = byId<HTMLButtonElement>("sign-in-button");
  private told: Line = null;

  // onStaff: somebody is signed in.
  constructor(private readonly onStaff: (staff: Staff) => void) {
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.submit();
    });
    window.addEventListener("online", () => this.beginAgain());
  }

  // Goes on with the session that the browser has, or shows the form.
  async begin(): Promise<void> {
    try {
      this.onStaff(await whoAmI());
    } catch (error) {
      const hadOne = isSignedOut(error) && error.reason === "SIGN_IN_EXPIRED";
      if (isSignedOut(error)) this.show(hadOne ? { code: "expired" } : null);
      else this.show(lineOf(error));
      if (error instanceof UnreachableError) window.setTimeout(() => this.beginAgain(), AGAIN_MS);
    }
  }

  private beginAgain(): void {
    const isUntouched = this.name.value === "" && this.password.value === "";
    if (document.body.dataset.phase === "entry" && isUntouched) void this.begin();
  }

  // Shows the form to somebody whose session is over.
  askAgain(staff: Staff | null): void {
    if (staff) this.name.value = accountOf(staff);
    this.show({ code: "expired" });
  }

  // Shows the form to the next person.
  askAnew(): void {
    this.name.value = "";
    this.show(null);
  }

  say(): void {
    this.line.textContent = textOf(this.told);
    this.line.hidden = this.told === null;
  }

  private show(line: Line): void {
    this.told = line;
    document.body.dataset.phase = "entry";
    this.password.value = "";
    this.say();
    (this.name.value ? this.password : this.name).focus();
  }

  private async submit(): Promise<void> {
    const name = this.name.value.trim();
    if (!name || !this.password.value) {
      this.show({ code: "needed" });
      return;
    }
    this.button.disabled = true;
    try {
      const staff = await signIn(name, this.password.value);
      this.password.value = "";
      this.told = null;
      this.say();
      this.onStaff(staff);
    } catch (error) {
      this.show(lineOf(error));
    } finally {
      this.button.disabled = false;
    }
  }
}

// As it is typed to sign in.
const accountOf = ({ tenant, name }: Staff): string =>
  tenant === "default" ? name : `${tenant}/${name}`;

function lineOf(error: unknown): Line {
  if (error instanceof ApiError && error.reason === "SIGN_IN_FAILED") return { code: "failed" };
  if (error instanceof ApiError) return { error };
  if (error instanceof UnreachableError) return { code: "unreachable" };
  throw error;
}

function textOf(line: Line): string {
  if (line === null) return "";
  if ("error" in line) return explain(line.error.reason, line.error.message);
  return WORDS[isChinese() ? "zh" : "en"][line.code];
}
