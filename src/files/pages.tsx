import { type Context, Hono } from 'hono'
import { type SignedInEnv, signedIn } from '../accounts/signed-in.ts'
import { AppError, notFound } from '../errors.ts'
import { ID, isId } from '../platform/ids.ts'
import { formResult } from '../platform/web/forms.ts'
import { isHtmx, seeOther, targets } from '../platform/web/respond.ts'
import { find as findTablo } from '../tablos/tablos.ts'
import { visitOf } from '../tablos/visit.ts'
import { Toast } from '../ui/Toast.tsx'
import { receiveForm } from './arriving.ts'
import { isViewable } from './detection.ts'
import * as files from './files.ts'
import { AddedFiles, GoneFile, Totals } from './parts.tsx'
import { serveFile } from './serving.ts'
import { type Uploading, upload } from './uploading.ts'
import { FilePage } from './viewer.tsx'
import { FilesPage } from './views.tsx'

const PATH = `/tablos/:tablo{${ID}}/files`

/** The files of a Tablo: list, upload, download, a page to look at one, and its end. */
export function filePages(deps: Uploading) {
  const { db, config } = deps
  const app = new Hono<SignedInEnv>()
  app.use('/tablos/*', signedIn)

  app.get(PATH, c => filesPage(c, c.req.param('tablo')))

  app.post(PATH, async c => {
    const [locale, person, tabloId] = [c.get('locale'), c.get('person'), c.req.param('tablo')]
    const run = async () => {
      const sentAs = c.req.header('Upload-Id')
      const options = {
        unnamed: locale.t.files.unnamed,
        sentAs: sentAs !== undefined && isId(sentAs) ? sentAs : undefined,
      }
      const added = await upload(deps, person, tabloId, options, take =>
        receiveForm(c, config.maxUploadBytes, take),
      )
      if (!isHtmx(c)) return c.redirect(`/tablos/${tabloId}/files`, 303)
      const list = added.map(file => ({ ...file, uploader: person }))
      const totals = await files.totalsOf(db, tabloId)
      return c.html(
        <AddedFiles
          locale={locale}
          tabloId={tabloId}
          files={list}
          totals={totals}
          quota={config.tabloQuotaBytes}
        />,
      )
    }
    return formResult(c, run, (_, error) => {
      const message = error.said(locale)
      if (isHtmx(c)) return c.html(<Toast locale={locale} text={message} />)
      return filesPage(c, tabloId, locale.t.files.nothingKept(message))
    })
  })

  app.get(`${PATH}/:file{${ID}}`, async c => {
    const { tablo: tabloId, file: id } = c.req.param()
    const file = await files.find(db, c.get('person'), tabloId, id)
    return serveFile(c, deps, tabloId, file, { inline: c.req.query('inline') === '1' })
  })

  app.get(`${PATH}/:file{${ID}}/view`, async c => {
    const locale = c.get('locale')
    const { tablo: tabloId, file: id } = c.req.param()
    const [{ tablo, nav }, file, neighbours] = await Promise.all([
      visitOf(c, db, tabloId),
      files.find(db, c.get('person'), tabloId, id),
      files.neighboursOf(db, tabloId, id),
    ])
    if (!isViewable(file.type)) throw notFound()
    const page = <FilePage locale={locale} tablo={tablo} file={file} {...neighbours} />
    return c.render(page, {
      title: file.name,
      current: `/tablos/${tabloId}`,
      nav,
      scripts: ['file-view.js'],
    })
  })

  app.post(`${PATH}/:file{${ID}}/delete`, async c => {
    const { tablo: tabloId, file: id } = c.req.param()
    const [locale, person] = [c.get('locale'), c.get('person')]
    const inPlace = isHtmx(c) && !targets(c, 'content')
    try {
      await files.remove(db, person, tabloId, id)
    } catch (error) {
      if (!inPlace || !(error instanceof AppError) || error.code !== 'not_found') throw error
      // Somebody was faster: the row of whoever still sees the Tablo goes all the same.
      await findTablo(db, person, tabloId)
      const totals = await files.totalsOf(db, tabloId)
      c.status(404)
      c.header('HX-Retarget', '#toasts')
      c.header('HX-Reswap', 'innerHTML')
      return c.html(<GoneFile locale={locale} id={id} totals={totals} quota={config.tabloQuotaBytes} />)
    }
    if (!inPlace) return seeOther(c, `/tablos/${tabloId}/files`)
    const totals = await files.totalsOf(db, tabloId)
    return c.html(<Totals locale={locale} totals={totals} quota={config.tabloQuotaBytes} />)
  })

  /** The list, or what is older than a file of it; with a message after an upload that was refused. */
  async function filesPage(c: Context<SignedInEnv>, tabloId: string, message?: string) {
    const locale = c.get('locale')
    const before = c.req.query('before')
    const older = before !== undefined && isId(before) ? before : undefined
    const { tablo, nav } = await visitOf(c, db, tabloId)
    const [{ files: list, more }, totals] = await Promise.all([
      files.list(db, tabloId, older),
      files.totalsOf(db, tabloId),
    ])
    const page = (
      <FilesPage
        locale={locale}
        tablo={tablo}
        files={list}
        more={more}
        older={older !== undefined}
        totals={totals}
        limit={config.maxUploadBytes}
        quota={config.tabloQuotaBytes}
        message={message}
      />
    )
    return c.render(page, {
      title: `${locale.t.files.title} · ${tablo.title}`,
      current: `/tablos/${tabloId}`,
      nav,
      scripts: ['files.js'],
    })
  }

  return app
}
