// The decision on a case: who decided what, and what the one who is signed in may do.

import {
  type Interview,
  InterviewState,
  type ReviewRecord,
} from "../gen/smartbranch/kyc/v1/interview_pb.ts";
import { byId, element } from "../shared/dom.ts";
import { moment } from "../shared/format.ts";
import { newId } from "../shared/ids.ts";
import type { Staff } from "../shared/staff.ts";
import { decide, handOver, hold, ms } from "./calls.ts";
import { outcomeMark } from "./checks.ts";
import { confirmed } from "./confirm.ts";
import {
  approvals,
  checkName,
  isFinal,
  lastChecks,
  outcomeKey,
  reviewsNow,
  said,
} from "./texts.ts";
import { words } from "./words.ts";

export interface Deciding {
  // What a case came to after something was done. said: what was done.
  onDone: (interview: Interview, said: string) => void;
  onFailure: (error: unknown) => void;
  // Whether the case changed and nobody has looked at what did.
  isChanged: () => boolean;
  showChanges: () => void;
}

export class Decision {
  private readonly reason = byId<HTMLTextAreaElement>("reason");
  private readonly line = byId("decide-line");
  // What was typed, by case: it outlives a look at another case and a sign-in that ended.
  private readonly drafts = new Map<string, string>();
  private interview: Interview | null = null;
  private me: Staff | null = null;
  private isBusy = false;
  // Repeated as long as the same thing is wanted, so that it is done once.
  private wish = { key: "", id: "" };

  constructor(private readonly around: Deciding) {
    byId("decide").addEventListener("submit", (event) => event.preventDefault());
    byId("approve").addEventListener("click", () => void this.decide(true));
    byId("reject").addEventListener("click", () => void this.decide(false));
    this.reason.addEventListener("input", () => this.keep());
    onSubmit("hand-over-form", () => void this.handOver());
    onSubmit("hold-form", () => void this.hold());
  }

  show(interview: Interview, me: Staff): void {
    if (this.interview?.name !== interview.name) {
      this.reason.value = this.drafts.get(interview.name) ?? "";
      for (const id of ["hand-over-reason", "hold-reason"]) field(id).value = "";
      this.complain("");
    }
    this.interview = interview;
    this.me = me;
    this.render();
  }

  close(): void {
    this.interview = null;
    this.reason.value = "";
    for (const id of ["why-decide", "reviews", "decide-note"]) byId(id).replaceChildren();
  }

  // Forgets what was typed: another person may come.
  forget(): void {
    this.drafts.clear();
    this.close();
  }

  private keep(): void {
    const { interview } = this;
    if (interview) this.drafts.set(interview.name, this.reason.value);
    if (this.reason.value.trim()) this.complain("");
  }

  private complain(text: string): void {
    this.line.textContent = text;
    this.line.hidden = text === "";
    this.reason.setAttribute("aria-invalid", String(text !== ""));
  }

  private render(): void {
    const { interview, me } = this;
    if (!interview || !me) return;
    const isInReview = interview.state === InterviewState.REVIEW;
    const mayDecide = me.roles.includes("reviewer");
    const iApproved = reviewsNow(interview).some(({ reviewer }) => reviewer === me.name);
    renderWhy(interview);
    renderReviews(interview);
    byId("decide").hidden = !isInReview || !mayDecide || iApproved;
    byId("decide-note").textContent = noteOf(interview, mayDecide, iApproved);
    const mayHandOver = ["reviewer", "operator", "interview_app"].some((role) =>
      me.roles.includes(role),
    );
    byId("hand-over").hidden = isInReview || isFinal(interview) || !mayHandOver;
    const mayHold = ["auditor", "operator"].some((role) => me.roles.includes(role));
    byId("hold-line").textContent = interview.isHeld ? words().holdOn : words().holdOff;
    byId("hold-form").hidden = !mayHold;
    byId("hold-button").textContent = interview.isHeld ? words().holdEnd : words().holdSet;
  }

  private async decide(approved: boolean): Promise<void> {
    const { interview } = this;
    const reason = this.reason.value.trim();
    if (!interview || this.isBusy) return;
    if (!reason) {
      this.complain(words().reasonNeeded);
      this.reason.focus();
      return;
    }
    if (this.around.isChanged()) {
      this.complain(words().changedText);
      this.around.showChanges();
      return;
    }
    const { approveTitle, rejectTitle, yesApprove, yesReject } = words();
    const isSure = approved
      ? await confirmed(approveTitle, approveText(interview), yesApprove)
      : await confirmed(rejectTitle, words().approveText, yesReject);
    if (!isSure) return;
    const id = this.idFor(`${interview.name}|${approved}|${reason}`);
    const { done } = words();
    await this.act(
      () => decide(interview.name, approved, reason, id),
      approved ? done.approved : done.rejected,
    );
  }

  private async handOver(): Promise<void> {
    const { interview } = this;
    const reason = field("hand-over-reason").value.trim();
    if (!interview || !reason) return;
    const id = this.idFor(`${interview.name}|over|${reason}`);
    await this.act(() => handOver(interview.name, reason, id), words().done.handedOver);
  }

  private async hold(): Promise<void> {
    const { interview } = this;
    const reason = field("hold-reason").value.trim();
    if (!interview || !reason) return;
    const id = this.idFor(`${interview.name}|${!interview.isHeld}|${reason}`);
    await this.act(() => hold(interview.name, !interview.isHeld, reason, id), words().done.held);
    field("hold-reason").value = "";
  }

  private async act(work: () => Promise<Interview>, said: string): Promise<void> {
    this.busy(true);
    try {
      const found = await work();
      this.wish = { key: "", id: "" };
      this.drafts.delete(found.name);
      this.around.onDone(found, said);
    } catch (error) {
      this.around.onFailure(error);
    } finally {
      this.busy(false);
    }
  }

  private busy(isBusy: boolean): void {
    this.isBusy = isBusy;
    for (const id of ["approve", "reject", "hand-over-button", "hold-button"]) {
      byId<HTMLButtonElement>(id).disabled = isBusy;
    }
  }

  private idFor(key: string): string {
    if (this.wish.key !== key) this.wish = { key, id: newId() };
    return this.wish.id;
  }
}

const field = (id: string) => byId<HTMLTextAreaElement>(id);

function onSubmit(id: string, act: () => void): void {
  byId(id).addEventListener("submit", (event) => {
    event.preventDefault();
    act();
  });
}

function approveText(interview: Interview): string {
  const { reviewerCount } = interview;
  const text =
    reviewerCount > 1
      ? words().approvePart(approvals(interview) + 1, reviewerCount)
      : words().approveText;
  const failed = interview.participants
    .flatMap(lastChecks)
    .filter(({ outcome }) => outcomeKey(outcome) === "FAILED");
  const names = [...new Set(failed.map(({ name }) => checkName(name)))];
  return names.length ? `${words().failedText(names.join(", "))} ${text}` : text;
}

function noteOf(interview: Interview, mayDecide: boolean, iApproved: boolean): string {
  if (isFinal(interview)) return "";
  if (interview.state !== InterviewState.REVIEW) return words().notYet;
  if (iApproved) return words().waitsForOther;
  if (!mayDecide) return words().readOnly;
  return interview.reviewerCount > 1 ? words().fourEyes(interview.reviewerCount) : "";
}

function renderWhy(interview: Interview): void {
  const why = interview.handOverReason;
  const place = byId("why-decide");
  const isOpen = !isFinal(interview);
  const text = why ? said(why) : interview.state === InterviewState.REVIEW ? words().whyNone : "";
  place.replaceChildren(
    ...(text ? [element("h3", "", words().why), element("p", "why-text", text)] : []),
  );
  place.dataset.open = String(isOpen);
}

function renderReviews(interview: Interview): void {
  const { reviews, reviewerCount } = interview;
  const counted = new Set(reviewsNow(interview));
  const items = reviews.map((review) => reviewItem(review, counted.has(review)));
  const isCounted = reviewerCount > 1 && !isFinal(interview);
  if (isCounted) {
    const text = words().approvals(approvals(interview), reviewerCount);
    items.unshift(element("li", "approvals", text));
  }
  byId("reviews").replaceChildren(...items);
}

function reviewItem(review: ReviewRecord, counts: boolean): HTMLElement {
  const { reviewer, approved, reason, reviewTime } = review;
  const item = element("li", "review");
  const at = ms(reviewTime);
  item.append(
    outcomeMark(approved ? "PASSED" : "FAILED", words()[approved ? "approved" : "rejected"]),
  );
  item.append(element("p", "hint", words().reviewed(reviewer, at === null ? "" : moment(at))));
  if (!counts) item.append(element("p", "hint", words().reviewOld));
  item.append(element("q", "", reason));
  return item;
}
