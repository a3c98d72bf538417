// The visitor's camera: opened, shown, and closed again.

export type CameraTrouble = "denied" | "noCamera" | "busy" | "insecure";

export class CameraError extends Error {
  constructor(readonly trouble: CameraTrouble) {
    super(trouble);
  }
}

const TROUBLES: Readonly<Record<string, CameraTrouble>> = {
  NotAllowedError: "denied",
  SecurityError: "denied",
  NotFoundError: "noCamera",
  OverconstrainedError: "noCamera",
  NotReadableError: "busy",
  AbortError: "busy",
};

// What the check works on; more pixels would only make a slow connection slower.
const WANTED: MediaTrackConstraints = {
  facingMode: "user",
  width: { ideal: 640 },
  height: { ideal: 480 },
  frameRate: { ideal: 30 },
};

// Opens the camera and shows it in `video`. onGone: called when it is taken away. Throws CameraError.
export async function openCamera(
  video: HTMLVideoElement,
  onGone: () => void,
): Promise<MediaStream> {
  if (!window.isSecureContext || !navigator.mediaDevices) throw new CameraError("insecure");
  let stream: MediaStream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: WANTED, audio: false });
  } catch (error) {
    const name = error instanceof Error ? error.name : "";
    throw new CameraError(TROUBLES[name] ?? "busy");
  }
  for (const track of stream.getVideoTracks()) track.addEventListener("ended", onGone);
  video.srcObject = stream;
  await video.play().catch(() => undefined); // Stopped before it began to play.
  return stream;
}

export function closeCamera(stream: MediaStream | null, video: HTMLVideoElement): void {
  for (const track of stream?.getTracks() ?? []) track.stop();
  video.srcObject = null;
}
