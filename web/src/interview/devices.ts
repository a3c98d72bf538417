// The participant's camera and microphone: asked for, and let go.

export type DeviceTrouble = "denied" | "missing" | "busy" | "insecure" | "inApp" | "gone";

export class DeviceError extends Error {
  constructor(readonly trouble: DeviceTrouble) {
    super(trouble);
  }
}

export type Facing = "user" | "environment";

const TROUBLES: Readonly<Record<string, DeviceTrouble>> = {
  NotAllowedError: "denied",
  SecurityError: "denied",
  NotFoundError: "missing",
  OverconstrainedError: "missing",
  NotReadableError: "busy",
  AbortError: "busy",
};
// Faces need no more; print on a card does.
const SIZES: Readonly<Record<Facing, MediaTrackConstraints>> = {
  user: { width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 15 } },
  environment: { width: { ideal: 1920 }, height: { ideal: 1080 } },
};
// Browsers inside other apps, which often give pages no camera.
const APPS: readonly (readonly [RegExp, string])[] = [
  [/MicroMessenger/i, "WeChat"],
  [/AlipayClient/i, "Alipay"],
  [/DingTalk/i, "DingTalk"],
  [/\bQQ\//i, "QQ"],
  [/Weibo/i, "Weibo"],
  [/FBAN|FBAV|Instagram/i, "Facebook"],
];

// The app whose browser this is, "" for a browser of its own.
export const hostApp = (): string =>
  APPS.find(([pattern]) => pattern.test(navigator.userAgent))?.[1] ?? "";

// What keeps this browser from giving a camera at all.
export function lackingIn(): DeviceTrouble | null {
  if (window.isSecureContext && navigator.mediaDevices) return null;
  // A page without https has no camera anywhere; elsewhere it is the app's browser.
  return window.isSecureContext || hostApp() ? "inApp" : "insecure";
}

const asError = (error: unknown): DeviceError => {
  const trouble = TROUBLES[error instanceof Error ? error.name : ""] ?? "busy";
  // An app that has no right to the camera refuses its pages at once.
  return new DeviceError(trouble === "denied" && hostApp() ? "inApp" : trouble);
};

async function open(constraints: MediaStreamConstraints): Promise<MediaStream> {
  const lacking = lackingIn();
  if (lacking) throw new DeviceError(lacking);
  try {
    return await navigator.mediaDevices.getUserMedia(constraints);
  } catch (error) {
    throw asError(error);
  }
}

const videoOf = (facing: Facing): MediaTrackConstraints => ({
  facingMode: { ideal: facing },
  ...SIZES[facing],
});

// Both at once, so that there is one question. Where there is no microphone, the camera alone.
export async function openBoth(): Promise<MediaStream> {
  const audio = { echoCancellation: true, noiseSuppression: false, channelCount: 1 };
  try {
    return await open({ video: videoOf("user"), audio });
  } catch (error) {
    if (!(error instanceof DeviceError) || error.trouble !== "missing") throw error;
    return openCamera("user");
  }
}

export const openCamera = (facing: Facing): Promise<MediaStream> =>
  open({ video: videoOf(facing), audio: false });

export function letGo(tracks: readonly MediaStreamTrack[] | undefined): void {
  for (const track of tracks ?? []) track.stop();
}

export async function play(video: HTMLVideoElement, stream: MediaStream | null): Promise<void> {
  video.srcObject = stream;
  if (stream) await video.play().catch(() => undefined); // Stopped before it began to play.
}
