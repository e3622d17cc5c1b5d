// Uploads, three in flight and the others waiting their turn. One that loses its connection is tried again, later and
// later, and at once when the browser is back online. Each goes under an id of its own, so that one whose answer was lost
// is not there twice. A server that refuses a file may cut it off before the browser hears why, and then a lost connection
// is all there is to see; so one that breaks off late again and again is not sent again without being asked.

import { announce, limit, room, words } from './page.ts'
import { type Answer, post, show } from './posting.ts'
import { Row } from './row.ts'

const AT_ONCE = 3
const FIRST_RETRY_MS = 1_000
const LAST_RETRY_MS = 30_000
const MOST_RETRIES = 10
/** Of these, those after more than half of the file had gone. */
const MOST_LATE_RETRIES = 2

interface Upload {
  readonly id: string
  readonly file: File
  readonly name: string
  readonly row: Row
  state: 'waiting' | 'sending' | 'lost' | 'over'
  retries: number
  lateRetries: number
  /** Bytes that went this time */
  sent: number
  /** The person wants it sent, whatever the page knows of the room there is */
  insists: boolean
  request?: XMLHttpRequest
  timer?: number
}

const uploads = new Set<Upload>()

/** How those ended that were under way together. */
let ended = { added: 0, refused: 0 }

/** Whether leaving the page now would lose an upload. */
export const isBusy = (): boolean => [...uploads].some(({ state }) => state !== 'over')

/** Sends files, each under its own name unless it is given another. */
export function send(files: Iterable<File>, nameOf = (file: File): string => file.name): void {
  for (const file of files) add(file, nameOf(file))
  startNext()
}

/** Says by a row why something is not sent at all. */
export function refuse(name: string, why: string): void {
  const row = new Row(name, { cancel: () => row.remove(), retry: () => {} })
  row.failed(why, false)
  announce(words('notAdded', { name, why }))
}

function add(file: File, name: string): void {
  const row = new Row(name, { cancel: () => cancel(upload), retry: () => retry(upload) })
  const begins = { state: 'waiting', retries: 0, lateRetries: 0, sent: 0, insists: false } as const
  const upload: Upload = { id: randomId(), file, name, row, ...begins }
  uploads.add(upload)
  if (file.size > limit) fail(upload, words('tooLarge', { name }), false)
}

function startNext(): void {
  for (const upload of [...uploads].filter(({ state }) => state === 'waiting')) {
    const sending = [...uploads].filter(({ state }) => state === 'sending')
    const left = room() - sending.reduce((sum, { file }) => sum + file.size, 0)
    if (upload.file.size > left && !upload.insists) fail(upload, words('noRoom', { name: upload.name }), true)
    else if (sending.length < AT_ONCE) start(upload)
  }
}

function start(upload: Upload): void {
  upload.state = 'sending'
  upload.sent = 0
  upload.row.progress(0, upload.file.size)
  upload.request = post(upload, {
    progress: sent => {
      upload.sent = sent
      upload.row.progress(sent, upload.file.size)
    },
    sent: () => upload.row.finishing(),
    answered: answer => void answered(upload, answer),
    lost: () => lost(upload),
  })
}

async function answered(upload: Upload, answer: Answer): Promise<void> {
  if (answer.leaves !== null) {
    // Signed out meanwhile: nothing here can go on.
    for (const { request } of uploads) request?.abort()
    uploads.clear()
    location.assign(answer.leaves)
    return
  }
  if (answer.status === 200) {
    ended.added++
    end(upload, words('added', { name: upload.name }))
    sumUp()
    await show(answer)
  } else fail(upload, answer.why ?? words('failed'), answer.status === 408 || answer.status >= 500)
  startNext()
}

function lost(upload: Upload): void {
  const late = upload.sent > upload.file.size / 2 && upload.lateRetries++ >= MOST_LATE_RETRIES
  if (late || upload.retries++ >= MOST_RETRIES) fail(upload, words('failed'), true)
  else {
    upload.state = 'lost'
    upload.row.lost()
    const delay = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** (upload.retries - 1))
    upload.timer = setTimeout(() => wait(upload), delay)
  }
  startNext()
}

addEventListener('online', () => {
  for (const upload of uploads) if (upload.state === 'lost') wait(upload)
})

function wait(upload: Upload): void {
  clearTimeout(upload.timer)
  upload.state = 'waiting'
  upload.row.wait()
  startNext()
}

function retry(upload: Upload): void {
  upload.retries = 0
  upload.lateRetries = 0
  upload.insists = true
  wait(upload)
}

function cancel(upload: Upload): void {
  const goes = upload.state !== 'over'
  upload.request?.abort()
  end(upload, goes ? words('cancelled', { name: upload.name }) : '')
  startNext()
}

function fail(upload: Upload, why: string, again: boolean): void {
  upload.state = 'over'
  upload.row.failed(why, again)
  announce(words('notAdded', { name: upload.name, why }))
  ended.refused++
  sumUp()
}

/** Of several the last one's news is not the whole of it. */
function sumUp(): void {
  if (isBusy()) return
  const { added, refused } = ended
  if (added + refused > 1) announce(words('ended', { added: String(added), refused: String(refused) }))
  ended = { added: 0, refused: 0 }
}

function end(upload: Upload, news: string): void {
  clearTimeout(upload.timer)
  uploads.delete(upload)
  upload.row.remove()
  announce(news)
}

/** A UUID of random bits, also where the page has not come over https. RFC 9562. */
function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const digits = [...bytes].map(byte => byte.toString(16).padStart(2, '0')).join('')
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
