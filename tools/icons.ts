// Writes src/ui/icon-paths.ts: the shapes of the Lucide icons that the product uses, so that pages draw them inline and
// carry no other. Run by `npm run generate`, and alone by `node tools/icons.ts`. To use a new icon, add its name here.

import { readFile, writeFile } from 'node:fs/promises'

const NAMES = `
  activity archive archive-restore arrow-down arrow-down-to-line arrow-left arrow-right arrow-up arrow-up-to-line bell calendar check chevron-down chevron-right circle-alert
  circle-check clock copy download ellipsis eye eye-off file flag folder globe history inbox info key-round layers
  layout-grid link list list-checks log-out mail menu maximize-2 message-circle monitor move pencil plus refresh-cw search settings
  smartphone square-arrow-out-up-right square-kanban tag text trash-2 triangle-alert undo-2 upload user-plus users x
`

const OUT = 'src/ui/icon-paths.ts'

/** Reads the icons from lucide-static and writes their shapes as a typed module. Throws on a name Lucide does not have. */
export async function writeIcons(): Promise<void> {
  const names = NAMES.trim().split(/\s+/).sort()
  const lines = await Promise.all(
    names.map(async name => {
      const svg = await readFile(`node_modules/lucide-static/icons/${name}.svg`, 'utf8')
      const shapes = svg.match(/<(path|circle|rect|line|polyline|polygon|ellipse)\b[^>]*\/>/g)
      if (!shapes) throw new Error(`Lucide's ${name} has no shape that we know`)
      const key = /^[a-z]+$/.test(name) ? name : `'${name}'`
      return `  ${key}: '${shapes.join('').replace(/\s+/g, ' ').replaceAll(' />', '/>')}',`
    }),
  )
  const head =
    '// Written by tools/icons.ts from lucide-static (ISC licence). Change the list of names there.\n\n'
  await writeFile(OUT, `${head}export const iconPaths = {\n${lines.join('\n')}\n}\n`)
}

if (import.meta.main) await writeIcons()
