import { TabloHead } from '../tablos/frame.tsx'
import { may } from '../tablos/roles.ts'
import type { Tablo } from '../tablos/tablos.ts'
import type { Locale } from '../texts/locale.ts'
import { Avatar } from '../ui/Avatar.tsx'
import { Button, IconButton } from '../ui/Button.tsx'
import { Confirm } from '../ui/Confirm.tsx'
import { EmptyState } from '../ui/EmptyState.tsx'
import { ErrorSummary } from '../ui/Form.tsx'
import { Icon, type IconName } from '../ui/Icon.tsx'
import { TimeAgo } from '../ui/TimeAgo.tsx'
import { type FileKind, isViewable, kindOf } from './detection.ts'
import type { TabloFile, Totals } from './files.ts'
import { UploadForm, UploadParts } from './upload-form.tsx'

interface FilesPageProps {
  locale: Locale
  tablo: Tablo
  files: readonly TabloFile[]
  /** There are older ones than these */
  more: boolean
  /** These are not the newest */
  older: boolean
  totals: Totals
  /** Bytes: the most a file may have */
  limit: number
  /** Bytes: the most the files of a Tablo may have together */
  quota: number | undefined
  /** Why an upload was refused */
  message: string | undefined
}

/** The Files of a Tablo. Where nothing is listed the empty state shows, by the stylesheet: a script only adds a row. */
export function FilesPage(props: FilesPageProps) {
  const { locale, tablo, files, more, older, totals, limit, quota, message } = props
  const t = locale.t.files
  const editable = may(tablo.role, 'content')
  const now = new Date()
  const last = files.at(-1)
  return (
    <>
      <TabloHead locale={locale} tablo={tablo} part="files" />
      <div class="files-page">
        {message !== undefined && <ErrorSummary locale={locale} errors={[{ message }]} />}
        {editable && !older && <UploadForm locale={locale} tabloId={tablo.id} limit={limit} />}
        <ul class="uploads" id="uploads" aria-label={t.uploads} />
        <p class="files-totals facts" id="file-totals">
          <FileTotals locale={locale} totals={totals} quota={quota} />
        </p>
        <ul class="files" id="files" aria-label={t.title}>
          {files.map(file => (
            <FileRow locale={locale} tabloId={tablo.id} file={file} editable={editable} now={now} />
          ))}
        </ul>
        <EmptyState icon="file" text={editable ? t.empty : t.emptyForViewers} />
        {(more || older) && (
          <nav class="files-steps">
            {older && <Button href={`/tablos/${tablo.id}/files`}>{t.newest}</Button>}
            {more && last && <Button href={`/tablos/${tablo.id}/files?before=${last.id}`}>{t.older}</Button>}
          </nav>
        )}
      </div>
      {editable && !older && <UploadParts locale={locale} limit={limit} quota={quota} />}
    </>
  )
}

interface FileTotalsProps {
  locale: Locale
  totals: Totals
  quota: number | undefined
}

/** How many files there are and how large they are, and of how much where there is a quota. */
export function FileTotals({ locale, totals, quota }: FileTotalsProps) {
  const t = locale.t.files
  const size = locale.size(totals.size)
  return (
    <>
      <span>{t.count(totals.count)}</span>
      {quota === undefined ? (
        <span>{size}</span>
      ) : (
        <span data-room={String(quota - totals.size)}>{t.ofQuota(size, locale.size(quota))}</span>
      )}
    </>
  )
}

interface FileRowProps {
  locale: Locale
  tabloId: string
  file: TabloFile
  editable: boolean
  now: Date
}

/** One file in the list. The name leads to where it can be looked at, or else to the file itself. */
export function FileRow({ locale, tabloId, file, editable, now }: FileRowProps) {
  const t = locale.t.files
  const { someone } = locale.t.activity
  const { id, name, size, type, uploader, createdAt } = file
  const path = `/tablos/${tabloId}/files/${id}`
  return (
    <li class="file" id={`f-${id}`}>
      <Icon name={ICONS[kindOf(type)]} size={20} />
      <FileName name={name} href={isViewable(type) ? `${path}/view` : path} />
      <span class="file-facts">
        <span class="facts file-what">
          <span class="file-size">{locale.size(size)}</span>
          <span>{typeIn(locale, type)}</span>
        </span>
        <span class="facts file-whose">
          <span class="file-who">
            <Avatar person={uploader ?? { id: '', name: someone }} size="small" named />
            <span>{uploader?.name ?? someone}</span>
          </span>
          <TimeAgo locale={locale} at={createdAt} now={now} />
        </span>
      </span>
      <IconButton icon="download" label={t.downloadOf(name)} href={path} size="small" />
      {editable && (
        <Confirm
          locale={locale}
          label={t.deleteOf(name)}
          bare
          question={t.deleteConfirm(name)}
          yes={t.deleteYes}
          action={`${path}/delete`}
          target={`#f-${id}`}
          swap="delete"
          size="small"
        />
      )}
    </li>
  )
}

/** Characters at the end of a long name that stay in sight: the extension, and what tells two versions apart. */
const TAIL = 12

/** A name on one line; where it is too long for that, its middle goes. */
function FileName({ name, href }: { name: string; href: string }) {
  const characters = [...graphemes.segment(name)].map(({ segment }) => segment)
  const head = characters.slice(0, -TAIL).join('')
  const long = characters.length > 2 * TAIL
  return (
    <a class="file-name" href={href} title={name}>
      <span>{long ? head : name}</span>
      {long && <span>{characters.slice(-TAIL).join('')}</span>}
    </a>
  )
}

const graphemes = new Intl.Segmenter()

const ICONS: Record<FileKind, IconName> = {
  image: 'file-image',
  pdf: 'file-text',
  text: 'file-text',
  document: 'file-text',
  spreadsheet: 'file-spreadsheet',
  presentation: 'presentation',
  archive: 'file-archive',
  audio: 'file-music',
  video: 'file-video-camera',
  other: 'file',
}

const FORMATS: Record<string, string> = {
  'image/png': 'PNG',
  'image/jpeg': 'JPEG',
  'image/gif': 'GIF',
  'image/webp': 'WebP',
  'image/avif': 'AVIF',
}

/** A type in words: "PNG image", "Spreadsheet". */
export function typeIn(locale: Locale, type: string): string {
  const t = locale.t.files
  const format = FORMATS[type]
  return format === undefined ? t.kinds[kindOf(type)] : t.imageOf(format)
}
