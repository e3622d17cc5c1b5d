import type { Locale } from '../texts/locale.ts'
import { Button, IconButton } from '../ui/Button.tsx'
import { Icon } from '../ui/Icon.tsx'

interface UploadProps {
  locale: Locale
  /** Bytes: the most a file may have */
  limit: number
}

/** Sends files. With scripts the one button chooses, and what is chosen is sent at once; without, it is a plain form. */
export function UploadForm({ locale, tabloId, limit }: UploadProps & { tabloId: string }) {
  const t = locale.t.files
  return (
    <form
      class="upload-form"
      id="upload"
      method="post"
      action={`/tablos/${tabloId}/files`}
      enctype="multipart/form-data"
    >
      <input
        type="file"
        name="file"
        id="upload-files"
        multiple
        aria-label={t.choose}
        aria-describedby="upload-hint"
      />
      <label class="btn btn-primary needs-script" for="upload-files">
        <Icon name="upload" />
        <span>{t.upload}</span>
      </label>
      <span class="no-script">
        <Button kind="primary" icon="upload">
          {t.upload}
        </Button>
      </span>
      <p class="meta" id="upload-hint">
        <span class="needs-script upload-hint-more">{t.hintScripted} </span>
        {t.hint(locale.size(limit))}
      </p>
    </form>
  )
}

/** What the script makes its rows of, and all that it has to say. */
export function UploadParts({ locale, limit, quota }: UploadProps & { quota: number | undefined }) {
  const t = locale.t.files
  return (
    <>
      <template
        id="upload-parts"
        data-limit={String(limit)}
        data-too-large={t.tooLarge('{name}', locale.size(limit))}
        data-no-room={quota === undefined ? undefined : t.noRoom('{name}', locale.size(quota))}
        data-folder={t.folder}
        data-waiting={t.waiting}
        data-sending={t.sending('{sent}', '{all}', '{speed}')}
        data-finishing={t.finishing}
        data-lost={t.lost}
        data-failed={t.failed}
        data-added={t.added('{name}')}
        data-not-added={t.notAdded('{name}', '{why}')}
        data-ended={t.ended('{added}', '{refused}')}
        data-deleted={t.deleted('{name}')}
        data-cancelled={t.cancelled('{name}')}
        data-cancel={t.cancelOf('{name}')}
        data-dismiss={t.dismissOf('{name}')}
        data-retry={t.retryOf('{name}')}
        data-pasted={t.pasted}
      >
        <li class="upload">
          <span class="upload-name" />
          <progress max="1" value="0" />
          <span class="upload-says" />
          <IconButton icon="rotate-cw" label="" type="button" size="small" data-retry-upload="" />
          <IconButton icon="x" label="" type="button" size="small" data-cancel-upload="" />
        </li>
      </template>
      <p class="hidden-text" id="upload-news" role="status" />
      <div class="drop" id="drop" hidden>
        <p>
          <Icon name="upload" size={32} />
          <span>{t.drop}</span>
        </p>
      </div>
    </>
  )
}
