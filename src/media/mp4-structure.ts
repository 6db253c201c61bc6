import { open } from 'node:fs/promises';

/** Boxes of an MP4 file at its top level; more than these no real file has. */
const MAX_BOXES = 10_000;

/**
 * True when an MP4 or QuickTime file is whole as far as its outline tells: every top-level box ends within the file, and the one
 * that describes the rest (`moov`) is there (ISO/IEC 14496-12, section 4.2). What is no such file at all is not whole.
 */
export async function isWholeMp4(file: string): Promise<boolean> {
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    let at = 0;
    let hasMoov = false;
    for (let boxes = 0; at < size && boxes < MAX_BOXES; boxes += 1) {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(16), 0, 16, at);
      if (bytesRead < 8) return false;
      const length = boxLength(buffer, size - at);
      if (length < 8 || at + length > size) return false;
      hasMoov ||= buffer.toString('latin1', 4, 8) === 'moov';
      at += length;
    }
    return hasMoov;
  } finally {
    await handle.close();
  }
}

/** 1 stands for a length of 64 bits behind the name, 0 for the rest of the file. */
function boxLength(header: Buffer, rest: number): number {
  const length = header.readUInt32BE(0);
  if (length === 1) return Number(header.readBigUInt64BE(8));
  return length === 0 ? rest : length;
}
