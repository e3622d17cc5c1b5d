import type { Tablo } from '../tablos/tablos.ts'
import type { Locale } from '../texts/locale.ts'
import { Button, IconButton } from '../ui/Button.tsx'
import { Icon } from '../ui/Icon.tsx'
import { TimeAgo } from '../ui/TimeAgo.tsx'
import type { TabloFile } from './files.ts'
import { typeIn } from './views.tsx'

interface FilePageProps {
  locale: Locale
  tablo: Tablo
  file: TabloFile
  /** The ids of the files beside it that can be looked at */
  newer?: string
  older?: string
}

/** A file to look at. The list goes from new to old, so the next one is older. */
export function FilePage({ locale, tablo, file, newer, older }: FilePageProps) {
  const t = locale.t.files
  const folder = `/tablos/${tablo.id}/files`
  const path = `${folder}/${file.id}`
  const isPdf = file.type === 'application/pdf'
  return (
    <div class="file-page">
      <p class="crumb">
        <a href={folder}>
          <Icon name="arrow-left" />
          <span>{t.back}</span>
        </a>
      </p>
      <header class="file-head">
        <div class="file-head-words">
          <h1>{file.name}</h1>
          <p class="meta facts">
            <span>{locale.size(file.size)}</span>
            <span>{typeIn(locale, file.type)}</span>
            <span>{file.uploader?.name ?? locale.t.activity.someone}</span>
            <TimeAgo locale={locale} at={file.createdAt} />
          </p>
        </div>
        <div class="file-head-actions">
          {newer && (
            <IconButton
              icon="chevron-left"
              label={t.previous}
              href={`${folder}/${newer}/view`}
              data-key="ArrowLeft"
            />
          )}
          {older && (
            <IconButton
              icon="chevron-right"
              label={t.next}
              href={`${folder}/${older}/view`}
              data-key="ArrowRight"
            />
          )}
          <Button icon="download" href={path}>
            {t.download}
          </Button>
        </div>
      </header>
      {isPdf ? (
        <>
          <iframe class="file-frame" src={`${path}?inline=1`} title={file.name} loading="lazy" />
          <div class="file-open">
            <Button kind="primary" icon="square-arrow-out-up-right" href={`${path}?inline=1`}>
              {t.open}
            </Button>
          </div>
        </>
      ) : (
        <div class="file-stage">
          <img src={`${path}?inline=1`} alt={file.name} />
        </div>
      )}
    </div>
  )
}
