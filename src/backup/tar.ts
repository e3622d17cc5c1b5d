// The blocks of a tar, in the form that POSIX calls ustar: each entry is a header of 512 bytes, its bytes, and zeros up
// to the next multiple of 512. Every tool lists and unpacks it. Ours because an archive is sealed by what its bytes must
// be: of a name and a size there is exactly one header, and no reader is more lenient than that. A size from 8 GiB on,
// which has no room in octal digits, is binary, as GNU and BSD write it.
// pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html, gnu.org/software/tar/manual/html_node/Extensions.html

import { damaged } from './errors.ts'

/** Bytes */
export const BLOCK = 512

const LARGEST_OCTAL = 0o77777777777
/** Where a header has what, and how long. */
const NAME = [0, 100] as const
const SIZE = [124, 12] as const
const SUM = [148, 8] as const

/** The header of an entry of `size` bytes. Throws for a name that is too long, which is a bug. */
export function headerOf(name: string, size: number): Buffer {
  const header = Buffer.alloc(BLOCK)
  if (Buffer.byteLength(name) > NAME[1]) throw new Error(`${name} is too long for a tar`)
  header.write(name, NAME[0])
  header.write('0000600\0', 100)
  header.write('0000000\0', 108)
  header.write('0000000\0', 116)
  if (size > LARGEST_OCTAL) {
    header.writeUInt8(0x80, SIZE[0])
    header.writeBigUInt64BE(BigInt(size), SIZE[0] + 4)
  } else header.write(`${octal(size, 11)}\0`, SIZE[0])
  header.write('00000000000\0', 136)
  header.write('0', 156)
  header.write('ustar\x0000', 257)
  // The sum counts its own field as spaces.
  header.fill(' ', SUM[0], SUM[0] + SUM[1])
  header.write(`${octal(sumOf(header), 6)}\0 `, SUM[0])
  return header
}

/** What a header says. Throws for one that is not what `headerOf` writes. */
export function readHeader(header: Buffer): { name: string; size: number } {
  const field = header.subarray(NAME[0], NAME[0] + NAME[1])
  const end = field.indexOf(0)
  const name = field.toString('utf8', 0, end < 0 ? undefined : end)
  const binary = header.readUInt8(SIZE[0]) === 0x80
  const size = binary
    ? Number(header.readBigUInt64BE(SIZE[0] + 4))
    : Number.parseInt(header.toString('latin1', SIZE[0], SIZE[0] + SIZE[1]), 8)
  const whole = Number.isSafeInteger(size) && size >= 0 && Buffer.byteLength(name) <= NAME[1]
  if (!whole || !headerOf(name, size).equals(header)) throw damaged('a header of an entry is wrong')
  return { name, size }
}

/** How many zeros follow `size` bytes. */
export const paddingOf = (size: number): number => (BLOCK - (size % BLOCK)) % BLOCK

const octal = (value: number, digits: number) => value.toString(8).padStart(digits, '0')

const sumOf = (header: Buffer) => header.reduce((sum, byte) => sum + byte, 0)
