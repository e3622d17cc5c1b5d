// The files of the demo, by the command that every file comes by: so they are from today.

import { crc32, deflateSync } from 'node:zlib'
import type { Actor } from '../accounts/actor.ts'
import { AppError } from '../errors.ts'
import { type Uploading, upload } from '../files/uploading.ts'
import { lines, type Story } from './story.ts'

/** The files of some stories by their titles, the newest last. */
const FILES: Record<string, readonly { name: string; bytes: Buffer }[]> = {
  'Harbour Bakery website': [
    {
      name: 'Menu and prices.csv',
      bytes: Buffer.from(
        lines(
          'Product,Weight,Price',
          'Rye loaf,750 g,£4.20',
          'Cinnamon knot,110 g,£2.80',
          'Oat roll,90 g,£1.10',
          '',
        ),
      ),
    },
    {
      name: 'Words for the front page, as agreed with Tom.txt',
      bytes: Buffer.from(
        lines(
          'Bread at six, every day but Monday.',
          '',
          'Order by nine in the evening, collect from six.',
          '',
        ),
      ),
    },
    {
      name: 'Colours of the shop.png',
      bytes: stripes(640, 360, ['f4efe6', 'c98b4b', '7a4a2b', '2f6f73', '123b45']),
    },
  ],
}

/** Adds the files of a story to its Tablo. A storage that is away keeps nobody from the rest of the demo. */
export async function addFiles(
  deps: Uploading,
  actor: Actor,
  tablo: string,
  { title }: Story,
): Promise<void> {
  for (const { name, bytes } of FILES[title] ?? []) {
    const signal = new AbortController().signal
    const take = upload(deps, actor, tablo, { unnamed: name }, hand =>
      hand({ name, signal, body: one(bytes) }),
    )
    await take.catch(error => {
      if (!(error instanceof AppError)) throw error
    })
  }
}

async function* one(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes
}

/** A PNG of upright stripes in these colours, as six hexadecimal digits each. w3.org/TR/png-3 */
function stripes(width: number, height: number, colors: readonly string[]): Buffer {
  const row = Buffer.alloc(1 + width * 3)
  for (let x = 0; x < width; x++)
    row.write(colors[Math.floor((x * colors.length) / width)] ?? '', 1 + x * 3, 'hex')
  const size = Buffer.alloc(13)
  size.writeUInt32BE(width, 0)
  size.writeUInt32BE(height, 4)
  // Eight bits a channel, red, green and blue.
  size.set([8, 2], 8)
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', size),
    chunk('IDAT', deflateSync(Buffer.concat(Array<Buffer>(height).fill(row)))),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), data])
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  sum.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, sum])
}
