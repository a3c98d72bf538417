// What cases, people and findings are called.

import wordsByCode from "../gen/interview_words.json";
import {
  CheckOutcome,
  type ConductEvent,
  ConductSeverity,
  type Interview,
  type InterviewCheck,
  InterviewState,
  InterviewVerdict_Outcome,
  type Participant,
  ParticipantRole,
  type ReviewRecord,
} from "../gen/smartbranch/kyc/v1/interview_pb.ts";
import { isChinese } from "../shared/language.ts";
import { explain } from "../shared/reasons.ts";
import { idOf, ms } from "./calls.ts";
import { named, words } from "./words.ts";

interface Said {
  en: string;
  zh: string;
}

const KNOWN: Readonly<Record<string, Said>> = wordsByCode.reason;

// Codes of cases and of what is compared across them, which no participant hears of.
const OWN: Readonly<Record<string, Said>> = {
  REVIEW_REQUIRED: { en: "The policy asks for a person", zh: "按策略须由人工决定" },
  ASKED_BY_STAFF: { en: "Staff took the interview over", zh: "工作人员转人工" },
  REVIEWED: { en: "Decided by reviewers", zh: "由审核员决定" },
  TIME_RAN_OUT: { en: "The time of the case ran out", zh: "案件已超时" },
  ON_WATCHLIST: { en: "The face is on a watchlist", zh: "人脸在关注名单中" },
  ON_NO_LIST: { en: "The face is on no watchlist", zh: "人脸不在任何关注名单中" },
  LIST_NOT_SEARCHED: { en: "A list could not be searched", zh: "有名单无法检索" },
  FACE_UNDER_ANOTHER_NAME: {
    en: "The face is known under another name",
    zh: "此人脸曾以其他姓名出现",
  },
  DOCUMENT_WITH_ANOTHER_FACE: {
    en: "The document was shown with another face",
    zh: "此证件曾与其他人脸一同出现",
  },
  FACE_KNOWN_WITHOUT_DOCUMENT: {
    en: "The face is known, and no document tells whose it is",
    zh: "此人脸曾出现过，但没有证件可供核对",
  },
  KNOWN_FROM_EARLIER: { en: "Face and document are known", zh: "人脸和证件与历史案件一致" },
  NO_DOCUMENT: { en: "No document was found in the picture", zh: "画面中没有找到证件" },
  UNKNOWN_DOCUMENT: {
    en: "The picture shows no document of a kind that is read here",
    zh: "不是可识别的证件类型",
  },
  DOCUMENT_HOLDS: {
    en: "Everything was read, and every check that was made passed",
    zh: "读取完整，所有检查均通过",
  },
  NEW_FACE: { en: "The face is in no earlier case", zh: "历史案件中没有此人脸" },
  SAME_PERSON_IN_TWO_ROLES: {
    en: "The same person is in this case twice",
    zh: "同一人在本案中以两个身份出现",
  },
  OTHER_PEOPLE: { en: "The other participants are other people", zh: "与其他参与人不是同一人" },
  NOBODY_TO_COMPARE: {
    en: "No other participant was seen before",
    zh: "此前没有可比对的其他参与人",
  },
};

export const stateName = (state: InterviewState): string =>
  named(words().state, InterviewState[state] ?? "");

export const roleName = (role: ParticipantRole): string =>
  named(words().role, ParticipantRole[role] ?? "");

// A name, or else what the person is to the case.
export const personName = ({ displayName, role }: Participant): string =>
  displayName || roleName(role);

// A code in words; text: the server's own, in English, which may say more than the code.
export function said(code: string, text = ""): string {
  const known = KNOWN[code] ?? OWN[code];
  if (!known) return ofDocument(code, text) ?? explain(code, text || readable(code));
  if (!isChinese()) return sentence(text || known.en);
  return text && plain(text) !== plain(known.en) ? `${known.zh}（${text}）` : known.zh;
}

// Checks of a document give their own name as the code.
function ofDocument(code: string, text: string): string | null {
  const name = named(words().documentCheck, code.toLowerCase());
  return isChinese() && name !== code.toLowerCase() ? `${name}（${text}）` : null;
}

const plain = (text: string): string => text.toLowerCase().replace(/\.$/, "");

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

// `ASKED_FOR_PERSON` where no words are known for it.
const readable = (code: string): string => sentence(code.toLowerCase().replaceAll("_", " "));

// Checks of lists that have no word of their own are shown by their name.
export const checkName = (name: string): string => named(words().check, name);

export const outcomeKey = (outcome: CheckOutcome): "PASSED" | "FAILED" | "INCONCLUSIVE" =>
  outcome === CheckOutcome.PASSED
    ? "PASSED"
    : outcome === CheckOutcome.FAILED
      ? "FAILED"
      : "INCONCLUSIVE";

export const severityKey = (severity: ConductSeverity): "NOTE" | "WARNING" | "CRITICAL" =>
  severity === ConductSeverity.CRITICAL
    ? "CRITICAL"
    : severity === ConductSeverity.NOTE
      ? "NOTE"
      : "WARNING";

export function verdictKey(participant: Participant): "PASSED" | "REFUSED" | "INCONCLUSIVE" | null {
  const { verdict } = participant;
  if (!verdict) return null;
  if (verdict.outcome === InterviewVerdict_Outcome.PASSED) return "PASSED";
  return verdict.outcome === InterviewVerdict_Outcome.REFUSED ? "REFUSED" : "INCONCLUSIVE";
}

export const eventText = ({ code, text }: ConductEvent): string => said(code, text);

// What is kept and shown of each check: the last one of its name.
export function lastChecks({ checks }: Participant): InterviewCheck[] {
  const byName = new Map(checks.map((check) => [check.name, check]));
  return [...byName.values()].sort((a, b) => weight(a) - weight(b));
}

const weight = ({ outcome }: InterviewCheck): number =>
  ({ FAILED: 0, INCONCLUSIVE: 1, PASSED: 2 })[outcomeKey(outcome)];

export const isFinal = ({ state }: Interview): boolean =>
  state === InterviewState.APPROVED ||
  state === InterviewState.REJECTED ||
  state === InterviewState.EXPIRED;

// When the case came to its reviewers, the last time: what was decided before counts no more.
function reviewStartMs({ transitions }: Interview): number | null {
  const last = transitions.findLast(
    ({ participant, toState }) => !participant && toState === InterviewState.REVIEW,
  );
  return ms(last?.moveTime);
}

// Since when somebody waits: for the decision, or else since the case was opened.
export function sinceMs(interview: Interview): number {
  const opened = ms(interview.createTime) ?? 0;
  const isWaiting = interview.state === InterviewState.REVIEW;
  return isWaiting ? (reviewStartMs(interview) ?? opened) : opened;
}

// The reviews that count.
export function reviewsNow(interview: Interview): ReviewRecord[] {
  const startMs = reviewStartMs(interview) ?? 0;
  return interview.reviews.filter(({ reviewTime }) => (ms(reviewTime) ?? startMs) >= startMs);
}

export const approvals = (interview: Interview): number =>
  reviewsNow(interview).filter(({ approved }) => approved).length;

export const caseTitle = ({ product, externalId, name }: Interview): string =>
  `${product} ${externalId || shortId(name)}`;

// Enough of an id to tell cases apart.
export const shortId = (name: string): string => {
  const id = idOf(name);
  return id.length > 14 ? `${id.slice(0, 12)}…` : id;
};
