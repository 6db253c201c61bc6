/**
 * Sound and video by ffmpeg, which is optional: without it they are kept and served all the same, without duration, waveform and
 * poster. Each run has a time limit and ends with it.
 */
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { invalidField } from '../errors/app-error';

const run = promisify(execFile);
const TIMEOUT_MS = 20_000;
const WAVEFORM_STEPS = 64;
/** Samples a second, enough to see how loud speech is. */
const WAVEFORM_RATE = 2000;
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;
/** A voice note longer than this gets no waveform. */
const WAVEFORM_MAX_MS = 3_600_000;

export interface Probe {
  durationMs?: number;
  hasVideo: boolean;
  width?: number;
  height?: number;
}

export interface Ffmpeg {
  /** @throws validation_failed when the file cannot be read. */
  probe(file: string): Promise<Probe>;
  /** Writes a frame from near the beginning as PNG. @throws validation_failed when no frame can be read. */
  poster(file: string, target: string): Promise<void>;
  /**
   * Loudness in 64 steps, each 0 to 100, and the true length, which recordings made by browsers do not tell; undefined for what is too
   * long. @throws validation_failed.
   */
  listen(file: string, durationMs: number): Promise<{ waveform: number[]; durationMs: number } | undefined>;
}

/** Looks for ffmpeg and its ffprobe; undefined when one of them does not run. */
export async function findFfmpeg(command: string): Promise<Ffmpeg | undefined> {
  const ffprobe = path.join(path.dirname(command), path.basename(command).replace('ffmpeg', 'ffprobe'));
  const probeCommand = command.includes(path.sep) ? ffprobe : 'ffprobe';
  try {
    await Promise.all([run(command, ['-version'], limits()), run(probeCommand, ['-version'], limits())]);
  } catch {
    return undefined;
  }
  return createFfmpeg(command, probeCommand);
}

function createFfmpeg(ffmpeg: string, ffprobe: string): Ffmpeg {
  return {
    async probe(file) {
      const args = ['-v', 'error', '-of', 'json', '-show_format', '-show_streams', ...local(file)];
      const { stdout, stderr } = await readable(run(ffprobe, args, limits()));
      if (/moov atom not found|partial file/i.test(stderr)) throw unreadable();
      return toProbe(JSON.parse(stdout) as ProbeOutput);
    },

    async poster(file, target) {
      const args = ['-v', 'error', '-y', '-i', ...local(file), '-frames:v', '1', '-f', 'image2'];
      await readable(run(ffmpeg, [...args, '-c:v', 'png', target], limits()));
    },

    async listen(file, durationMs) {
      if (durationMs > WAVEFORM_MAX_MS) return undefined;
      const args = ['-v', 'error', '-i', ...local(file), '-ac', '1', '-ar', String(WAVEFORM_RATE)];
      const { stdout } = await readable(
        run(ffmpeg, [...args, '-f', 's16le', '-'], { ...limits(), encoding: 'buffer' }),
      );
      const samples = Math.floor(stdout.length / 2);
      return { waveform: loudness(stdout), durationMs: Math.round((samples * 1000) / WAVEFORM_RATE) };
    },
  };
}

/** The file protocol only: a play list inside must not make the server read anything else. */
function local(file: string): string[] {
  return [`file:${file}`];
}

function limits() {
  return { timeout: TIMEOUT_MS, killSignal: 'SIGKILL', maxBuffer: MAX_OUTPUT_BYTES } as const;
}

interface ProbeOutput {
  format?: { duration?: string };
  streams?: Array<{
    codec_type?: string;
    width?: number;
    height?: number;
    disposition?: { attached_pic?: number };
    side_data_list?: Array<{ rotation?: number }>;
  }>;
}

function toProbe({ format, streams = [] }: ProbeOutput): Probe {
  const video = streams.find(
    ({ codec_type, disposition }) => codec_type === 'video' && disposition?.attached_pic !== 1,
  );
  const seconds = Number(format?.duration);
  const isTurned = video?.side_data_list?.some(({ rotation = 0 }) => Math.abs(rotation) % 180 === 90);
  const [width, height] = isTurned ? [video?.height, video?.width] : [video?.width, video?.height];
  return {
    hasVideo: video !== undefined,
    ...(Number.isFinite(seconds) && seconds > 0 && { durationMs: Math.round(seconds * 1000) }),
    ...(width && height && { width, height }),
  };
}

function loudness(samples: Buffer): number[] {
  const count = Math.floor(samples.length / 2);
  const peaks = Array.from({ length: WAVEFORM_STEPS }, (_, step) => {
    const from = Math.floor((step * count) / WAVEFORM_STEPS);
    const to = Math.floor(((step + 1) * count) / WAVEFORM_STEPS);
    let peak = 0;
    for (let i = from; i < to; i += 1) peak = Math.max(peak, Math.abs(samples.readInt16LE(i * 2)));
    return peak;
  });
  const top = Math.max(...peaks, 1);
  return peaks.map((peak) => Math.round((peak * 100) / top));
}

async function readable<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    throw unreadable(cause);
  }
}

function unreadable(cause?: unknown): Error {
  return Object.assign(invalidField('file', 'cannot be read as video or sound; it may be cut off'), {
    cause,
  });
}
