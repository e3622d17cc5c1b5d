// What a scripted page gets after a change: the parts of the list that are different now, each with where it goes.

import type { Locale } from '../texts/locale.ts'
import { Part } from '../ui/Part.tsx'
import { Toast } from '../ui/Toast.tsx'
import type { TabloFile, Totals as TotalsOf } from './files.ts'
import { FileRow, FileTotals } from './views.tsx'

interface TotalsProps {
  locale: Locale
  totals: TotalsOf
  /** Bytes */
  quota: number | undefined
}

interface AddedFilesProps extends TotalsProps {
  tabloId: string
  files: readonly TabloFile[]
}

/** New files at the top of the list. Who uploads may delete. */
export function AddedFiles({ tabloId, files, ...totals }: AddedFilesProps) {
  const { locale } = totals
  return (
    <>
      <Part target="#files" swap="afterbegin">
        {files.toReversed().map(file => (
          <FileRow locale={locale} tabloId={tabloId} file={file} editable now={new Date()} />
        ))}
      </Part>
      <Totals {...totals} />
    </>
  )
}

/** How many files there are now. */
export function Totals({ locale, totals, quota }: TotalsProps) {
  return (
    <Part target="#file-totals" swap="innerHTML">
      <FileTotals locale={locale} totals={totals} quota={quota} />
    </Part>
  )
}

/** What a page gets that deletes a file which is gone already. */
export function GoneFile({ id, ...totals }: TotalsProps & { id: string }) {
  return (
    <>
      <Toast locale={totals.locale} text={totals.locale.t.files.deletedBefore} />
      <Part target={`#f-${id}`} swap="delete" />
      <Totals {...totals} />
    </>
  )
}
