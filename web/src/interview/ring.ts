// Chunks that the server does not have for good yet, numbered, for a connection that breaks.

import type { Numbered, Piece, Track } from "./messages.ts";

// About two seconds of pictures and ten of sound; a slow line gets fewer, and never older ones.
const LIMITS: Readonly<Record<Track, number>> = {
  camera: 30,
  microphone: 50,
  document_front: 4,
  document_back: 4,
};

export class Ring {
  private readonly chunks: Numbered[] = [];
  private next = 1n;
  private cursor = 1n;

  // Whether a chunk of the track may be added.
  hasRoom(track: Track): boolean {
    return this.chunks.filter((chunk) => chunk.track === track).length < LIMITS[track];
  }

  // Returns whether it was taken.
  put(piece: Piece): boolean {
    if (!this.hasRoom(piece.track)) return false;
    this.chunks.push({ ...piece, sequence: this.next });
    this.next += 1n;
    return true;
  }

  // The next chunk for the present connection.
  take(): Numbered | undefined {
    const chunk = this.chunks.find(({ sequence }) => sequence >= this.cursor);
    if (chunk) this.cursor = chunk.sequence + 1n;
    return chunk;
  }

  acknowledge(sequence: bigint): void {
    const kept = this.chunks.findIndex((chunk) => chunk.sequence > sequence);
    this.chunks.splice(0, kept < 0 ? this.chunks.length : kept);
  }

  // Begins a connection with the chunk that the server wants.
  restart(next: bigint): void {
    this.acknowledge(next - 1n);
    // What went out before the page was loaded again, the server has.
    if (this.next < next) this.next = next;
    this.cursor = next;
  }
}
