/** A picture cut to a small square, as faces are shown. */
const SIDE_PX = 512;

/**
 * @param {File} file
 * @returns {Promise<File>} the file itself where the browser cannot read it, for the server to judge
 */
export async function squared(file) {
  const bitmap = await createImageBitmap(file).catch(() => null);
  if (!bitmap) return file;
  const side = Math.min(bitmap.width, bitmap.height);
  const canvas = document.createElement('canvas');
  canvas.width = SIDE_PX;
  canvas.height = SIDE_PX;
  const [left, top] = [(bitmap.width - side) / 2, (bitmap.height - side) / 2];
  canvas.getContext('2d')?.drawImage(bitmap, left, top, side, side, 0, 0, SIDE_PX, SIDE_PX);
  bitmap.close();
  /** @type {Blob | null} */
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, 'image/webp', 0.9));
  // Browsers that write no WebP make a PNG instead.
  return blob ? new File([blob], `picture.${blob.type.split('/')[1]}`, { type: blob.type }) : file;
}
