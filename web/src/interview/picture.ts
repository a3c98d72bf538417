// Pictures of documents as JPEG, large enough to be read and no larger than the server takes.

const LONGEST_PX = 2560;
const QUALITIES = [0.92, 0.85, 0.75, 0.65, 0.5];
const SHRINK = 0.75;
const TRIES = 3;

type Source = HTMLVideoElement | ImageBitmap;

export function fromVideo(video: HTMLVideoElement, maxBytes: number) {
  if (!video.videoWidth) return Promise.reject(new Error("the camera shows nothing yet"));
  return encode(video, video.videoWidth, video.videoHeight, maxBytes);
}

// Upright, however the camera was held. Throws where the browser cannot read it.
export async function fromFile(file: Blob, maxBytes: number) {
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  try {
    return await encode(bitmap, bitmap.width, bitmap.height, maxBytes);
  } finally {
    bitmap.close();
  }
}

async function encode(
  source: Source,
  width: number,
  height: number,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  let scale = Math.min(1, LONGEST_PX / Math.max(width, height));
  for (let tried = 0; tried < TRIES; tried += 1, scale *= SHRINK) {
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(width * scale));
    canvas.height = Math.max(1, Math.round(height * scale));
    const context = canvas.getContext("2d", { alpha: false });
    context?.drawImage(source, 0, 0, canvas.width, canvas.height);
    for (const quality of QUALITIES) {
      const blob = await new Promise<Blob | null>((done) => {
        canvas.toBlob(done, "image/jpeg", quality);
      });
      if (!blob) throw new Error("the picture cannot be encoded");
      if (blob.size <= maxBytes) return new Uint8Array(await blob.arrayBuffer());
    }
  }
  throw new Error("the picture stays too large");
}
