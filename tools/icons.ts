// Writes src/ui/icon-paths.ts: the shapes of the Lucide icons that the product uses, so that pages draw them inline and
// carry no other. Run by `npm run generate`, and alone by `node tools/icons.ts`. To use a new icon, add its name here.

import { readFile, writeFile } from 'node:fs/promises'

const NAMES = `
  activity archive archive-restore arrow-down arrow-down-to-line arrow-left arrow-right arrow-up arrow-up-to-line bell calendar check chevron-down chevron-left chevron-right circle-alert
  circle-check clock copy download ellipsis eye eye-off file file-archive file-image file-music file-spreadsheet file-text file-video-camera fingerprint flag folder globe history inbox info key-round layers
  layout-grid link list list-checks log-out mail menu maximize-2 message-circle monitor move pencil plus presentation refresh-cw rotate-cw search settings shield-check
  smartphone square-arrow-out-up-right square-kanban tag text trash-2 triangle-alert undo-2 upload user-plus users x
`

const OUT = 'src/ui/icon-paths.ts'
const HEAD =
  '// Written by tools/icons.ts from lucide-static (ISC licence). Change the list of names there.\n\n'

/**
 * Writes the shapes of the icons as a typed module, or with `verify` only compares: false when the committed module is
 * not what Lucide gives. Throws on a name Lucide does not have.
 */
export async function generateIcons({ verify = false } = {}): Promise<boolean> {
  const names = NAMES.trim().split(/\s+/).sort()
  const lines = await Promise.all(names.map(async name => `  ${keyOf(name)}: '${await shapesOf(name)}',`))
  const module = `${HEAD}export const iconPaths = {\n${lines.join('\n')}\n}\n`
  if (!verify) await writeFile(OUT, module)
  return module === (await readFile(OUT, 'utf8'))
}

const keyOf = (name: string) => (/^[a-z]+$/.test(name) ? name : `'${name}'`)

async function shapesOf(name: string): Promise<string> {
  const svg = await readFile(`node_modules/lucide-static/icons/${name}.svg`, 'utf8')
  const shapes = svg.match(/<(path|circle|rect|line|polyline|polygon|ellipse)\b[^>]*\/>/g)
  if (!shapes) throw new Error(`Lucide's ${name} has no shape that we know`)
  return shapes.join('').replace(/\s+/g, ' ').replaceAll(' />', '/>')
}

if (import.meta.main) await generateIcons()
