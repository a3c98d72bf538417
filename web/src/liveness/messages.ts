// The messages of a session as bytes and back; nothing else of the page knows how they travel.

import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { durationFromMs, timestampFromMs, timestampNow } from "@bufbuild/protobuf/wkt";
import {
  RunSessionRequestSchema,
  type RunSessionResponse,
  RunSessionResponseSchema,
  SessionConfig_Language,
} from "../gen/smartbranch/liveness/v1/liveness_service_pb.ts";
import { MediaChunk_Codec } from "../gen/smartbranch/media/v1/media_pb.ts";
import type { Picture } from "../shared/frames.ts";
import type { Language } from "../shared/language.ts";

export interface Plan {
  accessible: boolean;
  language: Language;
}

type Payload = NonNullable<Parameters<typeof create<typeof RunSessionRequestSchema>>[1]>["payload"];

const LANGUAGES = { en: SessionConfig_Language.ENGLISH, zh: SessionConfig_Language.CHINESE };

const encode = (payload: Payload): Uint8Array<ArrayBuffer> =>
  toBinary(
    RunSessionRequestSchema,
    create(RunSessionRequestSchema, { payload: payload ?? { case: undefined } }),
  );

export const configMessage = ({ accessible, language }: Plan) =>
  encode({ case: "config", value: { accessible, language: LANGUAGES[language] } });

export const resumeMessage = (resumeToken: string) =>
  encode({ case: "config", value: { resumeToken } });

export const heartbeatMessage = () =>
  encode({ case: "heartbeat", value: { sendTime: timestampNow() } });

export const chunkMessage = (sequence: bigint, { jpeg, ptsMs, takenMs }: Picture) =>
  encode({
    case: "chunk",
    value: {
      track: "camera",
      codec: MediaChunk_Codec.JPEG,
      data: jpeg,
      pts: durationFromMs(Math.round(ptsMs)),
      captureTime: timestampFromMs(Math.round(takenMs)),
      sequence,
    },
  });

export const readResponse = (bytes: ArrayBuffer): RunSessionResponse["payload"] =>
  fromBinary(RunSessionResponseSchema, new Uint8Array(bytes)).payload;
