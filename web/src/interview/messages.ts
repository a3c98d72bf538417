// The messages of an attendance as bytes and back; nothing else of the page knows how they travel.

import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { durationFromMs, timestampFromMs, timestampNow } from "@bufbuild/protobuf/wkt";
import {
  AttendRequestSchema,
  type AttendResponse,
  AttendResponseSchema,
} from "../gen/smartbranch/kyc/v1/attend_pb.ts";
import { SessionConfig_Language } from "../gen/smartbranch/liveness/v1/liveness_service_pb.ts";
import { MediaChunk_Codec } from "../gen/smartbranch/media/v1/media_pb.ts";
import type { Language } from "../shared/language.ts";

export type Track = "camera" | "microphone" | "document_front" | "document_back";

// One picture, or one piece of sound. atMs: when it was taken, since the attendance began.
// takenMs: the same by this machine's clock.
export interface Piece {
  track: Track;
  data: Uint8Array<ArrayBuffer>;
  atMs: number;
  takenMs: number;
}

export interface Numbered extends Piece {
  sequence: bigint;
}

export interface Plan {
  accessible: boolean;
  language: Language;
  cameraLabel: string;
}

export interface Consent {
  textVersion: string;
  accepted: boolean;
  acceptedFace: boolean;
}

type Payload = NonNullable<Parameters<typeof create<typeof AttendRequestSchema>>[1]>["payload"];

const LANGUAGES = { en: SessionConfig_Language.ENGLISH, zh: SessionConfig_Language.CHINESE };

const encode = (payload: Payload): Uint8Array<ArrayBuffer> =>
  toBinary(
    AttendRequestSchema,
    create(AttendRequestSchema, { payload: payload ?? { case: undefined } }),
  );

// token: what opens it; a resume token goes before the token of the invitation.
export function configMessage(plan: Plan, token: { attend: string } | { resume: string }) {
  const { accessible, cameraLabel } = plan;
  const way = "resume" in token ? { resumeToken: token.resume } : { attendToken: token.attend };
  const language = LANGUAGES[plan.language];
  return encode({ case: "config", value: { ...way, accessible, cameraLabel, language } });
}

export const heartbeatMessage = () =>
  encode({ case: "heartbeat", value: { sendTime: timestampNow() } });

export const consentMessage = (consent: Consent) => encode({ case: "consent", value: consent });

export const answerMessage = (question: string, text: string) =>
  encode({ case: "answer", value: { question, text } });

export const personMessage = (text: string) => encode({ case: "handOver", value: { text } });

export const positionMessage = ({ coords, timestamp }: GeolocationPosition) =>
  encode({
    case: "position",
    value: {
      latitudeDeg: coords.latitude,
      longitudeDeg: coords.longitude,
      accuracyM: coords.accuracy,
      positionTime: timestampFromMs(Math.round(timestamp)),
    },
  });

export function chunkMessage({ track, data, atMs, takenMs, sequence }: Numbered) {
  const isSound = track === "microphone";
  const codec = isSound ? MediaChunk_Codec.PCM_S16LE_16KHZ : MediaChunk_Codec.JPEG;
  const pts = durationFromMs(Math.max(0, Math.round(atMs)));
  const captureTime = timestampFromMs(Math.round(takenMs));
  return encode({ case: "chunk", value: { track, codec, data, pts, captureTime, sequence } });
}

export const readResponse = (bytes: ArrayBuffer): AttendResponse["payload"] =>
  fromBinary(AttendResponseSchema, new Uint8Array(bytes)).payload;
